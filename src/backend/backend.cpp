#include "backend/backend.h"

#include <array>
#include <utility>

#include "backend/host/host_backend.h"
#include "backend/processors.h"
#include "backend/xnnpack/xnnpack_backend.h"
#include "core/error.h"
#include "core/find_named.h"

namespace convlab {

namespace {

constexpr std::array kinds{
    BackendKind{"xnnpack", make_xnnpack_backend},
    BackendKind{"host", make_host_backend},
};

constexpr int max_threads = 1024;

}  // namespace

std::span<const BackendKind> backend_kinds() { return kinds; }

std::unique_ptr<Backend> make_backend(std::string_view name, int threads, MemorySource memory) {
  if (threads < 0 || threads > max_threads) {
    fail("[backend] the number of threads is ", threads, " but must lie in 0 to ", max_threads);
  }
  const BackendKind& kind =
      name.empty() ? kinds.front() : find_named("backend", name, kinds, &BackendKind::name);
  auto backend = kind.make(threads == 0 ? available_processors() : threads);
  backend->set_memory_source(std::move(memory));
  return backend;
}

}  // namespace convlab
