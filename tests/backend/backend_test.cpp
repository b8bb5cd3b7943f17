#include "backend/backend.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "backend/host/host_backend.h"
#include "core/error.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("make_backend finds every available kind by its name") {
  REQUIRE_FALSE(available_backends().empty());
  for (const auto& kind : available_backends()) {
    CHECK(make_backend(kind.name, 1)->name() == kind.name);
    CHECK(make_backend(kind.name, 1)->threads() == 1);
  }
}

TEST_CASE("make_backend chooses the best for an empty name and all cores for 0 threads") {
  const auto backend = make_backend("", 0);
  CHECK(backend->name() == available_backends().front().name);
  CHECK(backend->threads() >= 1);
}

TEST_CASE("make_backend refuses an unknown name and lists the known ones") {
  CHECK_THROWS_WITH(make_backend("abacus", 1),
                    ContainsSubstring("abacus") && ContainsSubstring("xnnpack, host"));
}

TEST_CASE("make_backend says why a kind is not available, and chooses the next without a name") {
  const BackendKind absent{"gpu", "a graphics card", [] { return std::string("no device found"); },
                           make_host_backend};
  const std::vector<BackendKind> kinds{absent, backend_kinds().back()};
  CHECK_THROWS_WITH(make_backend(kinds, "gpu", 1),
                    ContainsSubstring("[backend] gpu is not available: no device found"));
  CHECK(make_backend(kinds, "", 1)->name() == kinds.back().name);
  CHECK_THROWS_WITH(make_backend(std::span(kinds).first(1), "", 1),
                    ContainsSubstring("no backend is available"));
}

TEST_CASE("backends have a description of one line, and those of this build are available here") {
  for (const BackendKind& kind : backend_kinds()) {
    INFO(kind.name);
    CHECK_FALSE(kind.description.empty());
    CHECK(kind.description.find('\n') == std::string_view::npos);
    CHECK(kind.unavailable().empty());
  }
}

TEST_CASE("make_backend refuses numbers of threads out of range") {
  CHECK_THROWS_WITH(make_backend("host", -1), ContainsSubstring("-1"));
  CHECK_THROWS_AS(make_backend("host", 1'000'000), Error);
}

}  // namespace convlab
