#include "backend/system_memory.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>

#include "backend/backend.h"
#include "core/error.h"
#include "data/bytes.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr uint64_t unknown = std::numeric_limits<uint64_t>::max();

void write(const TemporaryFolder& folder, const std::string& name, std::string_view text) {
  folder.write(name, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TEST_CASE("system memory: Linux's available memory, or less if a control group limits it") {
  const TemporaryFolder root("memory");
  CHECK(linux_memory_left(root.path()) == unknown);
  write(root, "proc/meminfo",
        "MemTotal:       32000 kB\nMemFree: 5 kB\nMemAvailable:   20000 kB\n");
  CHECK(linux_memory_left(root.path()) == 20'480'000);
  write(root, "sys/fs/cgroup/memory.max", "max\n");
  CHECK(linux_memory_left(root.path()) == 20'480'000);
  write(root, "sys/fs/cgroup/memory.max", "3000000\n");
  CHECK(linux_memory_left(root.path()) == 3'000'000);
  write(root, "sys/fs/cgroup/memory.stat", "file 1000000\nanon 1000000\n");
  CHECK(linux_memory_left(root.path()) == 2'000'000);
  write(root, "sys/fs/cgroup/memory.stat", "anon 3000001\n");
  CHECK(linux_memory_left(root.path()) == 0);
  write(root, "proc/meminfo", "MemAvailable: lots\n");
  write(root, "sys/fs/cgroup/memory.max", "");
  CHECK(linux_memory_left(root.path()) == unknown);
}

TEST_CASE("a backend allocates no more than the available memory that it is given") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = make_backend(kind.name, 1, [] { return uint64_t{1} << 20U; });
    CHECK(backend->allocate(1000).bytes() == 1000);
    CHECK_THROWS_WITH(backend->allocate(size_t{1} << 20U),
                      ContainsSubstring("not enough memory for another 1 MB"));
    CHECK(backend->memory_use().peak_bytes == 1000);
  }
}

}  // namespace
}  // namespace convlab
