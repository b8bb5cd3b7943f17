#include "backend/xnnpack/xnnpack_backend.h"

#include "backend/xnnpack/operators.h"
#include "backend/xnnpack/threads.h"

namespace convlab {

XnnpackBackend::XnnpackBackend(int threads) : threads_(std::make_unique<Threads>(threads)) {
  check(xnn_initialize(nullptr), "initialization");
}

XnnpackBackend::~XnnpackBackend() = default;

int XnnpackBackend::threads() const { return threads_->count(); }

float* XnnpackBackend::scratch(int64_t floats) {
  if (std::ssize(scratch_) < floats) scratch_.resize(static_cast<size_t>(floats));
  return scratch_.data();
}

std::string xnnpack_unavailable() {
  return xnn_initialize(nullptr) == xnn_status_success ? ""
                                                       : "XNNPACK does not support this processor";
}

std::unique_ptr<Backend> make_xnnpack_backend(int threads) {
  return std::make_unique<XnnpackBackend>(threads);
}

}  // namespace convlab
