#include <algorithm>
#include <array>
#include <cmath>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

namespace {

float* from(const Tensor& tensor, int64_t begin) {
  return tensor ? tensor.data() + begin : nullptr;
}

template <class Desc>
float rate_of(const Desc& desc, const StepState& step) {
  return desc.learning_rate_factor * step.learning_rate;
}

template <class Desc>
float kept(const Desc& desc, const StepState& step) {
  return 1.0F - rate_of(desc, step) * desc.weight_decay;
}

}  // namespace

void XnnpackBackend::sgd_update(const SgdDesc& desc, const Tensor& values, const Tensor& grads,
                                const Tensor& momenta) {
  const kernels::SgdStep update{rate_of(desc, step()), desc.momentum, desc.nesterov,
                                kept(desc, step())};
  threads_->split(values.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    kernels::sgd(update, grads.data() + begin, end - begin, values.data() + begin,
                 from(momenta, begin));
  });
}

void XnnpackBackend::adam_update(const AdamDesc& desc, const Tensor& values, const Tensor& grads,
                                 const Tensor& means, const Tensor& variances) {
  const auto t = static_cast<double>(step().update);
  const double rate = rate_of(desc, step()) * std::sqrt(1.0 - std::pow(desc.beta2, t)) /
                      (1.0 - std::pow(desc.beta1, t));
  const kernels::AdamStep update{static_cast<float>(rate), desc.beta1, desc.beta2, desc.epsilon,
                                 kept(desc, step())};
  threads_->split(values.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    kernels::adam(update, grads.data() + begin, end - begin, values.data() + begin,
                  means.data() + begin, variances.data() + begin);
  });
}

void XnnpackBackend::rmsprop_update(const RmspropDesc& desc, const Tensor& values,
                                    const Tensor& grads, const Tensor& squares,
                                    const Tensor& momenta, const Tensor& means) {
  const kernels::RmspropStep update{rate_of(desc, step()), desc.rho, desc.momentum, desc.epsilon,
                                    kept(desc, step())};
  threads_->split(values.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    kernels::rmsprop(update, grads.data() + begin, end - begin, values.data() + begin,
                     squares.data() + begin, from(momenta, begin), from(means, begin));
  });
}

void XnnpackBackend::adagrad_update(const AdagradDesc& desc, const Tensor& values,
                                    const Tensor& grads, const Tensor& squares) {
  const kernels::AdagradStep update{rate_of(desc, step()), desc.epsilon, kept(desc, step())};
  threads_->split(values.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    kernels::adagrad(update, grads.data() + begin, end - begin, values.data() + begin,
                     squares.data() + begin);
  });
}

void XnnpackBackend::lerp(const Tensor& x, StepWeight which, const Tensor& y) {
  const float weight = step().weight(which);
  if (weight == 1) return copy(x, y);
  threads_->split(y.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    kernels::lerp(x.data() + begin, weight, end - begin, y.data() + begin);
  });
}

void XnnpackBackend::clip_value(const Tensor& x, float limit) {
  threads_->split(x.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    kernels::clip_value(limit, end - begin, x.data() + begin);
  });
}

// The elements are cut into slices, whose number depends only on the element count. Slices are
// summed by any thread and then added in order: results are bitwise equal for any number of
// threads.
void XnnpackBackend::clip_norm(const Tensor& x, float limit, const Tensor& norm) {
  constexpr size_t max_slices = 64;
  const int64_t count = x.elements();
  const auto slices =
      static_cast<size_t>(std::clamp<int64_t>(count / parallel_grain, 1, max_slices));
  const int64_t each = (count + static_cast<int64_t>(slices) - 1) / static_cast<int64_t>(slices);
  std::array<double, max_slices> squares{};
  threads_->run(slices, [&](size_t slice, size_t) {
    const int64_t begin = std::min(static_cast<int64_t>(slice) * each, count);
    squares[slice] = kernels::sum_squares(x.data() + begin, std::min(each, count - begin));
  });
  double sum = 0;
  for (const double square : squares) sum += square;
  const double length = std::sqrt(sum);
  norm.data()[0] = static_cast<float>(length);
  if (length <= limit) return;
  const auto factor = static_cast<float>(limit / length + (length - length));
  threads_->split(count, parallel_grain, [&](int64_t begin, int64_t end) {
    kernels::affine(x.data() + begin, factor, 0, end - begin, x.data() + begin);
  });
}

}  // namespace convlab
