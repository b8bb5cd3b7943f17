#include "backend/processors.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <thread>

#include "backend/backend.h"
#include "backend/system_memory.h"
#include "data/bytes.h"

#ifdef __linux__
#include <sched.h>
#endif

namespace convlab {
namespace {

void write(const TemporaryFolder& folder, const std::string& name, std::string_view text) {
  folder.write(name, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TEST_CASE("processors: no control groups, or groups without a quota, do not limit") {
  const TemporaryFolder root("cpu-none");
  CHECK(std::isinf(linux_cpu_quota(root.path())));
  write(root, "proc/self/cgroup", "0::/\n");
  write(root, "sys/fs/cgroup/cpu.max", "max 100000\n");
  CHECK(std::isinf(linux_cpu_quota(root.path())));
}

TEST_CASE("processors: version 2, the smallest quota of the group and those around it") {
  const TemporaryFolder root("cpu-v2");
  write(root, "proc/self/cgroup", "0::/user/job\n");
  write(root, "sys/fs/cgroup/user/cpu.max", "150000 100000\n");
  write(root, "sys/fs/cgroup/user/job/cpu.max", "400000 100000\n");
  CHECK(linux_cpu_quota(root.path()) == 1.5);
  write(root, "sys/fs/cgroup/user/job/cpu.max", "50000 100000\n");
  CHECK(linux_cpu_quota(root.path()) == 0.5);
}

TEST_CASE("processors: version 1, with a path that a container does not see") {
  const TemporaryFolder root("cpu-v1");
  write(root, "proc/self/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n");
  write(root, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
  write(root, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  CHECK(linux_cpu_quota(root.path()) == 2);
  write(root, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  CHECK(std::isinf(linux_cpu_quota(root.path())));
}

TEST_CASE("processors: a hostile path in the list of groups does not leave the mount") {
  const TemporaryFolder root("cpu-path");
  write(root, "proc/self/cgroup", "0::/../../elsewhere\nno colons\n:\n");
  write(root, "sys/fs/elsewhere/cpu.max", "50000 100000\n");
  CHECK(std::isinf(linux_cpu_quota(root.path())));
}

TEST_CASE("system memory: limits of version 1 and of groups around the process' own") {
  const TemporaryFolder root("memory-groups");
  write(root, "proc/self/cgroup", "0::/user/job\n9:memory:/user\n");
  write(root, "sys/fs/cgroup/user/memory.max", "3000000\n");
  write(root, "sys/fs/cgroup/user/memory.stat", "anon 1000000\n");
  CHECK(linux_memory_left(root.path()) == 2'000'000);
  write(root, "sys/fs/cgroup/memory/user/memory.limit_in_bytes", "1500000\n");
  write(root, "sys/fs/cgroup/memory/user/memory.stat", "cache 5\ntotal_rss 500000\n");
  CHECK(linux_memory_left(root.path()) == 1'000'000);
}

#ifdef __linux__
TEST_CASE("processors: the default number of threads follows the CPU affinity") {
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof(before), &before) == 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &before) != 0) {
      CPU_SET(i, &one);
      break;
    }
  }
  REQUIRE(sched_setaffinity(0, sizeof(one), &one) == 0);
  const int available = available_processors();
  const int threads = make_backend("xnnpack", 0)->threads();
  REQUIRE(sched_setaffinity(0, sizeof(before), &before) == 0);
  CHECK(available == 1);
  CHECK(threads == 1);
}
#endif

}  // namespace
}  // namespace convlab
