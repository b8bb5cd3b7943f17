#include "backend/processors.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "backend/control_groups.h"

#ifdef __linux__
#include <sched.h>
#endif

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

double ratio(double quota, double period) {
  return quota > 0 && period > 0 ? quota / period : unlimited;
}

/// Of one control group: "quota period" or "max period" in version 2, two files in version 1, where
/// a quota of -1 means none.
double quota_of(const fs::path& group) {
  double quota = 0;
  double period = 0;
  if (std::ifstream in(group / "cpu.max"); in >> quota >> period) return ratio(quota, period);
  std::ifstream quota_file(group / "cpu.cfs_quota_us");
  std::ifstream period_file(group / "cpu.cfs_period_us");
  if (quota_file >> quota && period_file >> period) return ratio(quota, period);
  return unlimited;
}

int allowed_by_affinity() {
  int count = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
#ifdef __linux__
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof(processors), &processors) == 0)
    count = std::max(1, CPU_COUNT(&processors));
#endif
  return count;
}

}  // namespace

double linux_cpu_quota(const fs::path& root) {
  double quota = unlimited;
  for (const fs::path& group : control_group_folders(root, "cpu"))
    quota = std::min(quota, quota_of(group));
  return quota;
}

int available_processors() {
  int count = allowed_by_affinity();
#ifdef __linux__  // WebAssembly modules do without the file streams that this needs
  if (const double quota = std::ceil(linux_cpu_quota("/")); quota < count)
    count = std::max(1, static_cast<int>(quota));
#endif
  return count;
}

int usable_threads(int asked) {
  const int available = available_processors();
  return asked == 0 ? available : std::min(asked, available);
}

}  // namespace convlab
