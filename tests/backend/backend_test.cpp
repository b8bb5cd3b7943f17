#include "backend/backend.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("make_backend finds every kind by its name") {
  REQUIRE_FALSE(backend_kinds().empty());
  for (const auto& kind : backend_kinds()) {
    CHECK(make_backend(kind.name, 1)->name() == kind.name);
    CHECK(make_backend(kind.name, 1)->threads() == 1);
  }
}

TEST_CASE("make_backend chooses the best for an empty name and all cores for 0 threads") {
  const auto backend = make_backend("", 0);
  CHECK(backend->name() == backend_kinds().front().name);
  CHECK(backend->threads() >= 1);
}

TEST_CASE("make_backend refuses an unknown name and lists the known ones") {
  CHECK_THROWS_WITH(make_backend("abacus", 1),
                    ContainsSubstring("abacus") && ContainsSubstring("xnnpack, host"));
}

TEST_CASE("make_backend refuses numbers of threads out of range") {
  CHECK_THROWS_WITH(make_backend("host", -1), ContainsSubstring("-1"));
  CHECK_THROWS_AS(make_backend("host", 1'000'000), Error);
}

}  // namespace convlab
