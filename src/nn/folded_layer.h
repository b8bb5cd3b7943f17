#pragma once

#include <array>
#include <span>
#include <vector>

#include "nn/graph.h"

namespace convlab {

/// A layer that in Mode::eval also does the normalisation after it (Jacob et al. 2018, section 3.2:
/// batch normalisation folding), by other weights: kernel' = kernel · a and bias' = bias · a + b,
/// by output channel, where the normalisation is a · x + b (Layer::is_channel_affine). Neither
/// layer knows of it.
class FoldedLayer {
 public:
  /// The tensors that it needs in a plan's arena.
  enum Place : uint8_t { kernel_place, bias_place, factor_place, place_count };
  static std::array<Shape, place_count> shapes(const Node& layer);

  /// Both layers with their parameters, all of which must outlive it.
  FoldedLayer(const Node& layer, std::span<Parameter> parameters, const Node& normalization,
              std::span<Parameter> normalization_parameters);

  /// Computes the folded weights into `places`, if one that they come from has another version than
  /// last time, or if `lost`: the memory is another or was used for something else since.
  void update(Backend& backend, std::span<const Tensor> places, bool lost);

  /// What the layer is handed instead of its own. The slots are others, too, so that training and
  /// evaluation in turn do not spoil each other's packed weights.
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
