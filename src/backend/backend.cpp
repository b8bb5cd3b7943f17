#include "backend/backend.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "backend/host/host_backend.h"
#include "backend/processors.h"
#include "backend/xnnpack/xnnpack_backend.h"
#include "core/error.h"

namespace convlab {

namespace {

constexpr std::array kinds{
    BackendKind{"xnnpack", make_xnnpack_backend},
    BackendKind{"host", make_host_backend},
};

constexpr int max_threads = 1024;

std::string known_names() {
  std::string names;
  for (const auto& kind : kinds) names.append(names.empty() ? "" : ", ").append(kind.name);
  return names;
}

}  // namespace

std::span<const BackendKind> backend_kinds() { return kinds; }

std::unique_ptr<Backend> make_backend(std::string_view name, int threads, MemorySource memory) {
  if (threads < 0 || threads > max_threads) {
    fail("[backend] the number of threads is ", threads, " but must lie in 0 to ", max_threads);
  }
  const auto* kind = name.empty() ? kinds.begin()
                                  : std::find_if(kinds.begin(), kinds.end(),
                                                 [name](const auto& k) { return k.name == name; });
  if (kind == kinds.end()) {
    fail("[backend] unknown backend \"", name, "\"; available: ", known_names());
  }
  auto backend = kind->make(threads == 0 ? available_processors() : threads);
  backend->set_memory_source(std::move(memory));
  return backend;
}

}  // namespace convlab
