#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

void XnnpackBackend::pad2d(const Padding2d& padding, const Tensor& x, const Tensor& y) {
  threads_->split_batch(y.shape, [&](int64_t begin, int64_t end) {
    HostBackend::pad2d(padding, x.part(begin, end), y.part(begin, end));
  });
}

void XnnpackBackend::crop2d(const Padding2d& padding, const Tensor& y, const Tensor& x) {
  threads_->split_batch(x.shape, [&](int64_t begin, int64_t end) {
    HostBackend::crop2d(padding, y.part(begin, end), x.part(begin, end));
  });
}

void XnnpackBackend::up_sample2d(const UpSample2dDesc& desc, const Tensor& x, const Tensor& y) {
  threads_->split_batch(y.shape, [&](int64_t begin, int64_t end) {
    HostBackend::up_sample2d(desc, x.part(begin, end), y.part(begin, end));
  });
}

void XnnpackBackend::up_sample2d_grad(const UpSample2dDesc& desc, const Tensor& dy,
                                      const Tensor& dx) {
  threads_->split_batch(dy.shape, [&](int64_t begin, int64_t end) {
    HostBackend::up_sample2d_grad(desc, dy.part(begin, end), dx.part(begin, end));
  });
}

}  // namespace convlab
