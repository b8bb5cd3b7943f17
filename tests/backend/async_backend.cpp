#include "backend/async_backend.h"

#include <cstring>
#include <utility>

namespace convlab {

namespace {

class AsyncUploadBuffer final : public UploadBuffer {
 public:
  AsyncUploadBuffer(AsyncBackend& backend, size_t bytes)
      : backend_(backend), buffer_(backend.allocate(bytes)) {}

  size_t bytes() const override { return buffer_.bytes(); }
  void* memory() const override { return buffer_.memory(); }
  void* host() override {
    host_ = std::make_shared<std::vector<std::byte>>(bytes());
    return host_->data();
  }
  void upload(size_t bytes) override {
    backend_.enqueue(
        [from = host_, to = memory(), bytes] { std::memcpy(to, from->data(), bytes); });
  }

 private:
  AsyncBackend& backend_;
  Buffer buffer_;
  std::shared_ptr<std::vector<std::byte>> host_;
};

struct Result {
  std::vector<float> values;
  bool arrived = false;
};

class AsyncReadBack final : public ReadBack {
 public:
  AsyncReadBack(AsyncBackend& backend, std::shared_ptr<Result> result)
      : backend_(backend), result_(std::move(result)) {}

  // Polling takes time, in which the device works.
  bool ready() const override {
    if (!result_->arrived) backend_.work();
    return result_->arrived;
  }
  std::span<const float> values() override {
    if (!result_->arrived) backend_.wait();
    return result_->values;
  }

 private:
  AsyncBackend& backend_;
  std::shared_ptr<Result> result_;
};

}  // namespace

struct AsyncBackend::Recording final : OpState {
  Operations operations;  // empty after the first call, which fills the slots of the operations
};

void AsyncBackend::enqueue(std::function<void()> operation) {
  if (executing_) return operation();
  if (recording_ != nullptr) recording_->push_back(operation);
  queue_.push_back(std::move(operation));
  while (queue_.size() > options_.delay) work();
}

void AsyncBackend::work() {
  if (queue_.empty()) return;
  const std::function<void()> operation = std::move(queue_.front());
  queue_.pop_front();
  executing_ = true;
  operation();
  executing_ = false;
}

void AsyncBackend::wait() {
  ++counts_.waits;
  if (in_step_) ++counts_.waits_in_steps;
  while (!queue_.empty()) work();
}

// Queued operations may still use memory that is released.
Buffer AsyncBackend::allocate(size_t bytes) {
  if (in_step_) ++counts_.allocations_in_steps;
  const auto owner = std::make_shared<Buffer>(HostBackend::allocate(bytes));
  return {owner->memory(), bytes, [this, owner](void*, size_t) { wait(); }};
}

uint64_t AsyncBackend::memory_left() const { return options_.memory - memory_use().bytes; }

std::unique_ptr<UploadBuffer> AsyncBackend::allocate_upload(size_t bytes) {
  return std::make_unique<AsyncUploadBuffer>(*this, bytes);
}

void AsyncBackend::upload(const void* source, const Tensor& tensor) {
  const auto* first = static_cast<const std::byte*>(source);
  enqueue([this, copy = std::vector<std::byte>(first, first + tensor.bytes()), tensor] {
    HostBackend::upload(copy.data(), tensor);
  });
}

std::unique_ptr<ReadBack> AsyncBackend::read_back(const Tensor& tensor) {
  const auto result = std::make_shared<Result>();
  enqueue([this, tensor, result] {
    const std::unique_ptr<ReadBack> read = HostBackend::read_back(tensor);
    result->values.assign(read->values().begin(), read->values().end());
    result->arrived = true;
  });
  return std::make_unique<AsyncReadBack>(*this, result);
}

void AsyncBackend::set_step(const StepState& state) {
  enqueue([this, state] { HostBackend::set_step(state); });
}

void AsyncBackend::run_step(OpSlot& slot, const std::function<void()>& body) {
  const bool first = !slot;
  if (first) slot = std::make_unique<Recording>();
  Operations& operations = static_cast<Recording&>(*slot).operations;
  if (operations.empty()) {
    in_step_ = true;
    recording_ = first || !options_.replays ? nullptr : &operations;
    body();
    recording_ = nullptr;
    in_step_ = false;
    return;
  }
  ++counts_.replays;
  for (const auto& operation : operations) enqueue(operation);
}

void AsyncBackend::fill(const Tensor& x, float value) {
  enqueue([=, this] { HostBackend::fill(x, value); });
}

void AsyncBackend::copy(const Tensor& x, const Tensor& y) {
  enqueue([=, this] { HostBackend::copy(x, y); });
}

void AsyncBackend::normalize_input(const Tensor& x, const Tensor& scale, const Tensor& offset,
                                   const Tensor& y) {
  enqueue([=, this] { HostBackend::normalize_input(x, scale, offset, y); });
}

void AsyncBackend::unary(const UnaryDesc& desc, const Tensor& x, const Tensor& y) {
  enqueue([=, this] { HostBackend::unary(desc, x, y); });
}

void AsyncBackend::unary_grad(const UnaryDesc& desc, const Tensor& x_or_y, const Tensor& dy,
                              const Tensor& dx) {
  enqueue([=, this] { HostBackend::unary_grad(desc, x_or_y, dy, dx); });
}

void AsyncBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) {
  enqueue([=, this] { HostBackend::binary(op, a, b, c); });
}

void AsyncBackend::copy_columns(const Tensor& x, int64_t x_first, const Tensor& y, int64_t y_first,
                                int64_t count) {
  enqueue([=, this] { HostBackend::copy_columns(x, x_first, y, y_first, count); });
}

void AsyncBackend::add_row(const Tensor& x, const Tensor& row, const Tensor& y) {
  enqueue([=, this] { HostBackend::add_row(x, row, y); });
}

void AsyncBackend::scale_channels(const Tensor& x, const Tensor& scales, const Tensor& y) {
  enqueue([=, this] { HostBackend::scale_channels(x, scales, y); });
}

void AsyncBackend::scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) {
  enqueue([=, this] { HostBackend::scale_channels_grad(x, dy, dscales); });
}

void AsyncBackend::dropout_mask(const DropoutDesc& desc, const Tensor& mask) {
  enqueue([=, this] { HostBackend::dropout_mask(desc, mask); });
}

void AsyncBackend::gemm(OpContext op, const GemmDesc& desc, const Tensor& a, const Tensor& b,
                        const Tensor& bias, const Tensor& c) {
  enqueue([=, this] { HostBackend::gemm(op, desc, a, b, bias, c); });
}

void AsyncBackend::conv2d(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                          const Parameter& kernel, const Parameter* bias, const Tensor& y) {
  enqueue([=, this] { HostBackend::conv2d(op, desc, x, kernel, bias, y); });
}

void AsyncBackend::conv2d_grad_input(OpContext op, const Conv2dDesc& desc, const Tensor& dy,
                                     const Parameter& kernel, const Tensor& dx) {
  enqueue([=, this] { HostBackend::conv2d_grad_input(op, desc, dy, kernel, dx); });
}

void AsyncBackend::conv2d_grad_kernel(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                                      const Tensor& dy, const Tensor& kernel_grad,
                                      const Tensor& bias_grad) {
  enqueue([=, this] { HostBackend::conv2d_grad_kernel(op, desc, x, dy, kernel_grad, bias_grad); });
}

void AsyncBackend::max_pool2d(OpContext op, const Pool2dDesc& desc, const Tensor& x,
                              const Tensor& y) {
  enqueue([=, this] { HostBackend::max_pool2d(op, desc, x, y); });
}

void AsyncBackend::max_pool2d_grad(const Pool2dDesc& desc, const Tensor& x, const Tensor& y,
                                   const Tensor& dy, const Tensor& dx) {
  enqueue([=, this] { HostBackend::max_pool2d_grad(desc, x, y, dy, dx); });
}

void AsyncBackend::avg_pool2d(const Pool2dDesc& desc, const Tensor& x, const Tensor& y) {
  enqueue([=, this] { HostBackend::avg_pool2d(desc, x, y); });
}

void AsyncBackend::avg_pool2d_grad(const Pool2dDesc& desc, const Tensor& dy, const Tensor& dx) {
  enqueue([=, this] { HostBackend::avg_pool2d_grad(desc, dy, dx); });
}

void AsyncBackend::sum_rows(const Tensor& x, const Tensor& sums) {
  enqueue([=, this] { HostBackend::sum_rows(x, sums); });
}

void AsyncBackend::softmax_grad(const Tensor& y, const Tensor& dy, const Tensor& dx) {
  enqueue([=, this] { HostBackend::softmax_grad(y, dy, dx); });
}

void AsyncBackend::softmax(const Tensor& x, const Tensor& y) {
  enqueue([=, this] { HostBackend::softmax(x, y); });
}

void AsyncBackend::softmax_cross_entropy(const CrossEntropyDesc& desc, const Tensor& logits,
                                         const LossTargets& targets, const Tensor& class_weights,
                                         const Tensor& grad, const Tensor& sums) {
  enqueue([=, this] {
    HostBackend::softmax_cross_entropy(desc, logits, targets, class_weights, grad, sums);
  });
}

void AsyncBackend::pointwise_loss(const PointwiseLossDesc& desc, const Tensor& outputs,
                                  const LossTargets& targets, const Tensor& class_weights,
                                  const Tensor& grad, const Tensor& sums) {
  enqueue([=, this] {
    HostBackend::pointwise_loss(desc, outputs, targets, class_weights, grad, sums);
  });
}

void AsyncBackend::count_predictions(const CountPredictionsDesc& desc, const Tensor& outputs,
                                     const Tensor& labels, const Tensor& confusion,
                                     const Tensor& hits) {
  enqueue([=, this] { HostBackend::count_predictions(desc, outputs, labels, confusion, hits); });
}

void AsyncBackend::pad2d(const Padding2d& padding, const Tensor& x, const Tensor& y) {
  enqueue([=, this] { HostBackend::pad2d(padding, x, y); });
}

void AsyncBackend::crop2d(const Padding2d& padding, const Tensor& y, const Tensor& x) {
  enqueue([=, this] { HostBackend::crop2d(padding, y, x); });
}

void AsyncBackend::up_sample2d(const UpSample2dDesc& desc, const Tensor& x, const Tensor& y) {
  enqueue([=, this] { HostBackend::up_sample2d(desc, x, y); });
}

void AsyncBackend::up_sample2d_grad(const UpSample2dDesc& desc, const Tensor& dy,
                                    const Tensor& dx) {
  enqueue([=, this] { HostBackend::up_sample2d_grad(desc, dy, dx); });
}

void AsyncBackend::batch_norm(const BatchNormDesc& desc, const Tensor& x, const Tensor& gamma,
                              const Tensor& beta, const Tensor& running_mean,
                              const Tensor& running_variance, const Tensor& mean,
                              const Tensor& inv_std, const Tensor& y) {
  enqueue([=, this] {
    HostBackend::batch_norm(desc, x, gamma, beta, running_mean, running_variance, mean, inv_std, y);
  });
}

void AsyncBackend::batch_norm_grad(const Tensor& x, const Tensor& gamma, const Tensor& mean,
                                   const Tensor& inv_std, const Tensor& dy, const Tensor& dx,
                                   const Tensor& dgamma, const Tensor& dbeta) {
  enqueue(
      [=, this] { HostBackend::batch_norm_grad(x, gamma, mean, inv_std, dy, dx, dgamma, dbeta); });
}

void AsyncBackend::normalize(float epsilon, const Tensor& x, const Tensor& mean,
                             const Tensor& variance, const Tensor& gamma, const Tensor& beta,
                             const Tensor& y) {
  enqueue([=, this] { HostBackend::normalize(epsilon, x, mean, variance, gamma, beta, y); });
}

void AsyncBackend::group_norm(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                              const Tensor& beta, const Tensor& mean, const Tensor& inv_std,
                              const Tensor& y) {
  enqueue([=, this] { HostBackend::group_norm(desc, x, gamma, beta, mean, inv_std, y); });
}

void AsyncBackend::group_norm_grad(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                                   const Tensor& mean, const Tensor& inv_std, const Tensor& dy,
                                   const Tensor& dx, const Tensor& dgamma, const Tensor& dbeta) {
  enqueue([=, this] {
    HostBackend::group_norm_grad(desc, x, gamma, mean, inv_std, dy, dx, dgamma, dbeta);
  });
}

void AsyncBackend::local_response_norm(const LocalResponseNormDesc& desc, const Tensor& x,
                                       const Tensor& y) {
  enqueue([=, this] { HostBackend::local_response_norm(desc, x, y); });
}

void AsyncBackend::local_response_norm_grad(const LocalResponseNormDesc& desc, const Tensor& x,
                                            const Tensor& dy, const Tensor& dx) {
  enqueue([=, this] { HostBackend::local_response_norm_grad(desc, x, dy, dx); });
}

void AsyncBackend::sgd_update(const SgdDesc& desc, const Tensor& values, const Tensor& grads,
                              const Tensor& momenta) {
  enqueue([=, this] { HostBackend::sgd_update(desc, values, grads, momenta); });
}

void AsyncBackend::adam_update(const AdamDesc& desc, const Tensor& values, const Tensor& grads,
                               const Tensor& means, const Tensor& variances) {
  enqueue([=, this] { HostBackend::adam_update(desc, values, grads, means, variances); });
}

void AsyncBackend::rmsprop_update(const RmspropDesc& desc, const Tensor& values,
                                  const Tensor& grads, const Tensor& squares, const Tensor& momenta,
                                  const Tensor& means) {
  enqueue([=, this] { HostBackend::rmsprop_update(desc, values, grads, squares, momenta, means); });
}

void AsyncBackend::adagrad_update(const AdagradDesc& desc, const Tensor& values,
                                  const Tensor& grads, const Tensor& squares) {
  enqueue([=, this] { HostBackend::adagrad_update(desc, values, grads, squares); });
}

void AsyncBackend::lerp(const Tensor& x, StepWeight weight, const Tensor& y) {
  enqueue([=, this] { HostBackend::lerp(x, weight, y); });
}

void AsyncBackend::swap(const Tensor& x, const Tensor& y) {
  enqueue([=, this] { HostBackend::swap(x, y); });
}

void AsyncBackend::clip_value(const Tensor& x, float limit) {
  enqueue([=, this] { HostBackend::clip_value(x, limit); });
}

void AsyncBackend::clip_norm(const Tensor& x, float limit, const Tensor& norm) {
  enqueue([=, this] { HostBackend::clip_norm(x, limit, norm); });
}

}  // namespace convlab
