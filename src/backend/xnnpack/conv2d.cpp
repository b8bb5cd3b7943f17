#include <algorithm>

#include "backend/xnnpack/depthwise_grad_input.h"
#include "backend/xnnpack/operators.h"
#include "backend/xnnpack/thin_conv2d.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/transpose.h"
#include "backend/xnnpack/winograd_choice.h"
#include "backend/xnnpack/winograd_conv2d.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

namespace {

// An XNNPACK operator, its activation, its packed weights and the parameter versions that were
// packed.
struct ConvState final : OpState {
  explicit ConvState(Backend& backend) : packed(backend) {}

  PackedWeights packed;  // declared first: must outlive the operator
  Operator op;
  uint64_t kernel_version = 0;
  uint64_t bias_version = 0;
  Activation activation = Activation::none;

  bool is_current(Activation wanted, const Parameter& kernel, const Parameter* bias) const {
    return op && activation == wanted && kernel_version == kernel.version &&
           (bias == nullptr || bias_version == bias->version);
  }
  // Keeps the first operator of an activation. Creating a later one has packed the new weights, so
  // it is discarded.
  void packed_by(xnn_operator_t created, Activation wanted, const Parameter& kernel,
                 const Parameter* bias) {
    Operator latest(created);
    if (!op || activation != wanted) op = std::move(latest);
    activation = wanted;
    kernel_version = kernel.version;
    bias_version = bias == nullptr ? 0 : bias->version;
  }
};

ConvState& state_in(OpSlot& slot, Backend& backend) {
  if (!slot) slot = std::make_unique<ConvState>(backend);
  return static_cast<ConvState&>(*slot);
}

auto u32(int64_t value) { return static_cast<uint32_t>(value); }
auto size(int64_t value) { return static_cast<size_t>(value); }

// The create functions get the number of outputs and of inputs per group, the sizes of the kernel
// [outputs, kh, kw, group_inputs].

xnn_status create_conv(const Conv2dDesc& d, size_t outputs, size_t group_inputs,
                       const float* kernel, const float* bias, xnn_weights_cache_t packed,
                       xnn_operator_t* created) {
  const OutputRange range(d.activation);
  const size_t groups = size(d.groups);
  return xnn_create_convolution2d_nhwc_f32(
      u32(d.padding.top), u32(d.padding.right), u32(d.padding.bottom), u32(d.padding.left),
      u32(d.kernel.h), u32(d.kernel.w), u32(d.stride.h), u32(d.stride.w), u32(d.dilation.h),
      u32(d.dilation.w), u32(d.groups), group_inputs, outputs / groups, group_inputs * groups,
      outputs, kernel, bias, range.min, range.max, 0, nullptr, packed, created);
}

xnn_status create_deconv(const Conv2dDesc& d, size_t outputs, size_t group_inputs,
                         const float* turned, xnn_weights_cache_t packed, xnn_operator_t* created) {
  const OutputRange range(Activation::none);
  const size_t groups = size(d.groups);
  return xnn_create_deconvolution2d_nhwc_f32(
      u32(d.padding.top), u32(d.padding.right), u32(d.padding.bottom), u32(d.padding.left),
      u32(d.kernel.h), u32(d.kernel.w), u32(d.stride.h), u32(d.stride.w), u32(d.dilation.h),
      u32(d.dilation.w), u32(d.groups), outputs / groups, group_inputs, outputs,
      group_inputs * groups, turned, nullptr, range.min, range.max, 0, nullptr, packed, created);
}

// XNNPACK splits a transposed convolution by the pixel offsets within a stride, and writes past the
// end of images that have no pixel at some offset. Such images are tiny.
bool is_too_small(const Conv2dDesc& desc, const Shape& dx) {
  return dx[1] < desc.stride.h || dx[2] < desc.stride.w;
}

// Pixels along one axis that remain after the last window. A transposed convolution needs this
// number to produce them.
uint32_t leftover(int64_t input, int64_t output, int64_t kernel, int64_t stride, int64_t dilation,
                  int64_t padding) {
  return u32(input + padding - ((output - 1) * stride + (kernel - 1) * dilation + 1));
}

// OHWI → IHWO within each group, since input and output swap their roles.
void turn_kernel(const Threads& threads, const Tensor& kernel, int64_t groups, float* turned) {
  const int64_t outputs = kernel.shape[0] / groups;
  const int64_t window = kernel.shape[1] * kernel.shape[2];
  const int64_t inputs = kernel.shape[3];
  const int64_t weights = outputs * window * inputs;  // per group
  threads.split(groups * window, std::max<int64_t>(1, 65536 / (outputs * inputs)),
                [&](int64_t begin, int64_t end) {
                  for (int64_t index = begin; index < end; ++index) {
                    const int64_t group = index / window * weights;
                    const int64_t k = index % window;
                    transpose(kernel.data() + group + k * inputs, window * inputs, outputs, inputs,
                              turned + group + k * outputs, window * outputs);
                  }
                });
}

}  // namespace

bool XnnpackBackend::uses_winograd(KernelUse use, const Conv2dDesc& desc, const Shape& x,
                                   const Shape& y) const {
  if (winograd() == Winograd::off || !WinogradConv2d::supports(desc)) return false;
  if (winograd() == Winograd::always) return true;
  return use == KernelUse::conv2d ? winograd_is_faster(x[3], y) : winograd_is_faster(y[3], x);
}

void XnnpackBackend::conv2d(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                            const Parameter& kernel, const Parameter* bias, const Tensor& y) {
  const float* bias_values = bias == nullptr ? nullptr : bias->value.data();
  auto* workspace = static_cast<float*>(op.workspace);
  if (uses_winograd(KernelUse::conv2d, desc, x.shape, y.shape)) {
    if (!op.slot) op.slot = std::make_unique<WinogradConv2d>(KernelUse::conv2d);
    static_cast<WinogradConv2d&>(*op.slot).run(*this, *threads_, desc, x, kernel, bias_values,
                                               workspace, y);
    return;
  }
  if (ThinConv2d::is_for(desc, x.shape)) {
    if (!op.slot) op.slot = std::make_unique<ThinConv2d>();
    static_cast<ThinConv2d&>(*op.slot).run(*threads_, desc, x, kernel.value, bias_values, workspace,
                                           y);
    return;
  }
  ConvState& state = state_in(op.slot, *this);
  if (!state.is_current(desc.activation, kernel, bias)) {
    const Shape& shape = kernel.value.shape;
    xnn_operator_t created = nullptr;
    const xnn_status status = create_conv(desc, size(shape[0]), size(shape[3]), kernel.value.data(),
                                          bias_values, state.packed.provider(), &created);
    state.packed.check_allocated();
    check(status, "convolution");
    state.packed_by(created, desc.activation, kernel, bias);
  }
  size_t workspace_bytes = 0;  // stays 0: we do not request transient indirection buffers
  size_t alignment = 0;
  check(xnn_reshape_convolution2d_nhwc_f32(state.op.get(), size(x.shape[0]), size(x.shape[1]),
                                           size(x.shape[2]), &workspace_bytes, &alignment, nullptr,
                                           nullptr, threads_->pool()),
        "convolution");
  check(xnn_setup_convolution2d_nhwc_f32(state.op.get(), nullptr, x.data(), y.data()),
        "convolution");
  check(xnn_run_operator(state.op.get(), threads_->pool()), "convolution");
}

void XnnpackBackend::conv2d_grad_input(OpContext op, const Conv2dDesc& desc, const Tensor& dy,
                                       const Parameter& kernel, const Tensor& dx) {
  if (is_depthwise(desc, dx.shape, dy.shape)) {
    depthwise_grad_input(*threads_, desc, dy, kernel.value, static_cast<float*>(op.workspace), dx);
    return;
  }
  if (is_too_small(desc, dx.shape)) {
    HostBackend::conv2d_grad_input(op, desc, dy, kernel, dx);
    return;
  }
  if (uses_winograd(KernelUse::conv2d_grad_input, desc, dx.shape, dy.shape)) {
    if (!op.slot) op.slot = std::make_unique<WinogradConv2d>(KernelUse::conv2d_grad_input);
    static_cast<WinogradConv2d&>(*op.slot).run(*this, *threads_, desc, dy, kernel, nullptr,
                                               static_cast<float*>(op.workspace), dx);
    return;
  }
  ConvState& state = state_in(op.slot, *this);
  if (!state.is_current(Activation::none, kernel, nullptr)) {
    const Shape& shape = kernel.value.shape;
    auto* turned = static_cast<float*>(op.workspace);
    turn_kernel(*threads_, kernel.value, desc.groups, turned);
    xnn_operator_t created = nullptr;
    const xnn_status status = create_deconv(desc, size(shape[0]), size(shape[3]), turned,
                                            state.packed.provider(), &created);
    state.packed.check_allocated();
    check(status, "transposed convolution");
    state.packed_by(created, Activation::none, kernel, nullptr);
  }
  const uint32_t rows = leftover(dx.shape[1], dy.shape[1], desc.kernel.h, desc.stride.h,
                                 desc.dilation.h, desc.padding.top + desc.padding.bottom);
  const uint32_t columns = leftover(dx.shape[2], dy.shape[2], desc.kernel.w, desc.stride.w,
                                    desc.dilation.w, desc.padding.left + desc.padding.right);
  check(xnn_reshape_deconvolution2d_nhwc_f32(state.op.get(), size(dy.shape[0]), size(dy.shape[1]),
                                             size(dy.shape[2]), rows, columns, nullptr, nullptr,
                                             threads_->pool()),
        "transposed convolution");
  check(xnn_setup_deconvolution2d_nhwc_f32(state.op.get(), dy.data(), dx.data()),
        "transposed convolution");
  check(xnn_run_operator(state.op.get(), threads_->pool()), "transposed convolution");
}

uint64_t XnnpackBackend::packed_bytes(KernelUse use, const Conv2dDesc& desc, const Shape& x,
                                      const Shape& y) const {
  const size_t outputs = size(y[3]);
  const size_t group_inputs = size(x[3] / desc.groups);
  const float unread = 0;
  switch (use) {
    case KernelUse::conv2d:
      if (uses_winograd(use, desc, x, y)) return WinogradConv2d::kernel_bytes(use, x, y);
      if (ThinConv2d::is_for(desc, x)) return 0;
      return PackedWeights::measure([&](xnn_weights_cache_t packed, xnn_operator_t* created) {
        create_conv(desc, outputs, group_inputs, &unread, nullptr, packed, created);
      });
    case KernelUse::conv2d_grad_input:
      if (is_depthwise(desc, x, y) || is_too_small(desc, x)) return 0;
      if (uses_winograd(use, desc, x, y)) return WinogradConv2d::kernel_bytes(use, x, y);
      return PackedWeights::measure([&](xnn_weights_cache_t packed, xnn_operator_t* created) {
        create_deconv(desc, outputs, group_inputs, &unread, packed, created);
      });
  }
  return 0;
}

}  // namespace convlab
