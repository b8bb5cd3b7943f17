#pragma once

#include <array>
#include <span>
#include <vector>

#include "nn/graph.h"

namespace convlab {

/// Batch normalisation folding (Jacob et al. 2018, section 3.2): in Mode::eval the layer before a
/// normalisation a · x + b (Layer::is_channel_affine) computes both, with the folded weights
/// kernel' = kernel · a and bias' = bias · a + b per output channel. The layers themselves are not
/// changed.
class FoldedLayer {
 public:
  /// The tensors that a folded layer needs in the arena of a plan.
  enum Place : uint8_t { kernel_place, bias_place, factor_place, place_count };
  static std::array<Shape, place_count> shapes(const Node& layer);

  /// Takes both layers with their parameters; all of them must outlive this object.
  FoldedLayer(const Node& layer, std::span<Parameter> parameters, const Node& normalization,
              std::span<Parameter> normalization_parameters);

  /// Computes the folded weights into `places` if a source parameter has a new version since the
  /// last call, or if `lost` is true: the memory is new or was overwritten since.
  void update(Backend& backend, std::span<const Tensor> places, bool lost);

  /// Parameters and slots to pass to the layer instead of its own. Separate slots keep alternating
  /// training and evaluation from invalidating each other's packed weights.
  std::span<Parameter> parameters() { return parameters_; }
  std::span<OpSlot> slots() { return slots_; }

 private:
  uint64_t source_version() const;
  void fold_bias(const Pass& pass, const Tensor& folded) const;
  void fold_kernel(const Pass& pass, const Tensor& folded, const Tensor& factors) const;

  const Layer& normalization_;
  KernelToFold kernel_;
  std::span<Parameter> sources_;
  std::span<Parameter> normalization_sources_;
  std::vector<Parameter> parameters_;
  std::vector<OpSlot> slots_;
  uint64_t version_ = 0;
};

}  // namespace convlab
