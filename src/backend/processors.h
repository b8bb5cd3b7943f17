#pragma once

#include <filesystem>
#include <limits>

namespace convlab {

/// The number of processors that this process may use: those of the machine, less what its CPU
/// affinity (taskset) and the CPU quotas of its control groups (containers) take away. A quota
/// counts as whole processors, rounded up. At least 1.
int available_processors();

/// The number of threads to compute on where `asked` are asked for: no more than the available
/// processors, since more only wait for each other. `asked` 0: one per processor.
int usable_threads(int asked);

/// The CPU time that the control groups of this process allow per second, in processors; infinity
/// without a quota. `root` is "/", or another folder in tests.
double linux_cpu_quota(const std::filesystem::path& root);

}  // namespace convlab
