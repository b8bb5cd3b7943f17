#include "backend/backend.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "backend/host/host_backend.h"
#include "backend/processors.h"
#include "backend/xnnpack/xnnpack_backend.h"
#include "core/error.h"
#include "core/find_named.h"

namespace convlab {

namespace {

constexpr std::array kinds{
    BackendKind{"xnnpack", "XNNPACK's kernels on all processor cores", xnnpack_unavailable,
                make_xnnpack_backend},
    BackendKind{"host", "plain C++ on one thread: slow; the reference in tests",
                [] { return std::string(); }, make_host_backend},
};

constexpr int max_threads = 1024;

bool is_available(const BackendKind& kind) { return kind.unavailable().empty(); }

const BackendKind& first_available(std::span<const BackendKind> table) {
  const auto found = std::find_if(table.begin(), table.end(), is_available);
  if (found == table.end()) fail("[backend] no backend is available on this machine");
  return *found;
}

}  // namespace

void Backend::run_step(OpSlot& /*recording*/, const std::function<void()>& body) { body(); }

Winograd find_winograd(std::string_view name) {
  const auto* found = std::find(winograd_names.begin(), winograd_names.end(), name);
  if (found == winograd_names.end())
    fail("[backend] winograd is '{}'; expected auto, off or always", name);
  return static_cast<Winograd>(found - winograd_names.begin());
}

std::span<const BackendKind> backend_kinds() { return kinds; }

std::vector<BackendKind> available_backends() {
  std::vector<BackendKind> available;
  std::copy_if(kinds.begin(), kinds.end(), std::back_inserter(available), is_available);
  return available;
}

std::unique_ptr<Backend> make_backend(std::string_view name, int threads, MemorySource memory) {
  return make_backend(kinds, name, threads, std::move(memory));
}

std::unique_ptr<Backend> make_backend(std::span<const BackendKind> table, std::string_view name,
                                      int threads, MemorySource memory) {
  if (threads < 0 || threads > max_threads) {
    fail("[backend] the number of threads is {} but must lie in 0 to {}", threads, max_threads);
  }
  const BackendKind& kind = name.empty() ? first_available(table)
                                         : find_named("backend", name, table, &BackendKind::name);
  if (const std::string reason = kind.unavailable(); !reason.empty())
    fail("[backend] {} is not available: {}", kind.name, reason);
  auto backend = kind.make(threads == 0 ? available_processors() : threads);
  backend->set_memory_source(std::move(memory));
  return backend;
}

}  // namespace convlab
