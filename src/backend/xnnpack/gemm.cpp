#include <cstring>

#include "backend/xnnpack/dynamic_gemm.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/transpose.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

namespace {

constexpr std::string_view operation = "matrix product";

// A product with fewer columns than XNNPACK's widest tile runs on a narrow kernel, which reads
// packed values in groups along k.
constexpr size_t widest_tile = 32;

struct GemmState final : OpState {
  explicit GemmState(const GemmDesc& desc) : gemm(!desc.transpose_b, desc.activation) {}
  DynamicGemm gemm;
};

DynamicGemm::Sizes sizes_of(const GemmDesc& desc, const Shape& a, const Shape& b) {
  return {static_cast<size_t>(a[desc.transpose_a ? 1 : 0]),
          static_cast<size_t>(b[desc.transpose_b ? 0 : 1]),
          static_cast<size_t>(a[desc.transpose_a ? 0 : 1])};
}

size_t transposed_bytes(const GemmDesc& desc, const Shape& a) {
  return desc.transpose_a
             ? align_up(static_cast<size_t>(a.elements()) * sizeof(float) + XNN_EXTRA_BYTES)
             : 0;
}

}  // namespace

DynamicGemm::DynamicGemm(bool b_is_kn, Activation activation) {
  const OutputRange range(activation);
  xnn_operator_t created = nullptr;
  check(xnn_create_dynamic_fully_connected_nc_f32(
            range.least, range.most, b_is_kn ? XNN_FLAG_TRANSPOSE_WEIGHTS : 0, &created),
        operation);
  op_.reset(created);
}

size_t DynamicGemm::reshape(const Sizes& sizes, pthreadpool_t pool) {
  outputs_ = sizes.n;
  size_t bytes = 0;
  size_t alignment = 0;
  check(xnn_reshape_dynamic_fully_connected_nc_f32(op_.get(), sizes.m, sizes.k, sizes.n, sizes.k,
                                                   sizes.n, &bytes, &alignment, pool),
        operation);
  bytes_to_clear_ = sizes.n < widest_tile ? bytes : 0;
  return align_up(bytes + XNN_EXTRA_BYTES);
}

void DynamicGemm::run(const float* a, const float* b, const float* bias, float* c, void* workspace,
                      pthreadpool_t pool) {
  // XNNPACK leaves unwritten what it does not pack, a missing bias and the end of the last group,
  // and counts on zeros.
  if (bias == nullptr) {
    if (no_bias_.size() < outputs_) no_bias_.resize(outputs_);
    bias = no_bias_.data();
  }
  std::memset(workspace, 0, bytes_to_clear_);
  check(xnn_setup_dynamic_fully_connected_nc_f32(op_.get(), workspace, a, b, bias, c), operation);
  check(xnn_run_operator(op_.get(), pool), operation);
}

uint64_t XnnpackBackend::gemm_workspace(const GemmDesc& desc, const Shape& a,
                                        const Shape& b) const {
  DynamicGemm gemm(!desc.transpose_b, desc.activation);
  return transposed_bytes(desc, a) + gemm.reshape(sizes_of(desc, a, b), threads_->pool());
}

void XnnpackBackend::gemm(OpContext op, const GemmDesc& desc, const Tensor& a, const Tensor& b,
                          const Tensor& bias, const Tensor& c) {
  if (!op.slot) op.slot = std::make_unique<GemmState>(desc);
  DynamicGemm& gemm = static_cast<GemmState&>(*op.slot).gemm;
  const float* left = a.data();
  if (desc.transpose_a) {
    auto* transposed = static_cast<float*>(op.workspace);
    transpose(*threads_, a.data(), a.shape[0], a.shape[1], transposed);
    left = transposed;
  }
  gemm.reshape(sizes_of(desc, a.shape, b.shape), threads_->pool());
  void* packed = static_cast<std::byte*>(op.workspace) + transposed_bytes(desc, a.shape);
  gemm.run(left, b.data(), bias.data(), c.data(), packed, threads_->pool());
}

}  // namespace convlab
