#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "core/options.h"
#include "core/parameter.h"
#include "nn/layer_info.h"

namespace convlab {

enum class Mode : uint8_t { train, eval };

/// The arguments of one call of a layer other than its tensors. The network owns all of them.
struct Pass {
  Backend& backend;
  Mode mode = Mode::train;
  bool frozen = false;  ///< no parameter gradients are computed, nor statistics updated
  /// Forward: the activation fused into this layer (Layer::can_fuse_activation). Backward: the
  /// activation whose gradient this layer applies.
  Activation activation = Activation::none;
  std::span<Parameter> parameters;  ///< in the order of Layer::parameters
  std::span<const Tensor> saved;    ///< in the order of Layer::saved_shapes; empty without backward
  std::span<OpSlot> slots;          ///< Layer::slots() elements
  void* workspace = nullptr;        ///< Layer::workspace_bytes() bytes
  uint64_t seed = 0;                ///< random seed of the run
  uint64_t node = 0;  ///< index of the layer in the network; selects its random stream

  OpContext op(size_t slot) const { return {slots[slot], workspace}; }
  /// Returns nullptr if the layer has no parameter with this index.
  const Parameter* parameter_or_null(size_t index) const {
    return index < parameters.size() ? &parameters[index] : nullptr;
  }
};

/// The forward tensors that a layer needs again in backward.
struct BackwardNeeds {
  bool inputs = false;
  bool output = false;
};

/// Memory in bytes for packed weights, see Layer::packed_bytes.
struct PackedBytes {
  uint64_t forward = 0;
  uint64_t backward = 0;  ///< in every backward
  uint64_t grad_inputs =
      0;  ///< in a backward that computes the gradients of the inputs, in addition
};

/// Position of a layer's kernel: the parameter that the layer multiplies its input by.
struct KernelToFold {
  size_t parameter = 0;        ///< index of the kernel; the bias has the next index
  bool channels_last = false;  ///< output channels are the last dimension, otherwise the first
};

/// A function with parameters and an explicit gradient. A layer stores only its options: tensors,
/// parameters and operator state belong to the Network, so several networks can share a layer.
/// Shapes in this class are per sample, without the batch; tensors have the batch as their first
/// dimension.
class Layer {
 public:
  /// Limit for a layer that a Graph accepts: about an hour per sample on a fast machine.
  static constexpr int64_t max_flops = int64_t{1} << 48U;

  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer() = default;

  /// The layer's name in files and error messages, for example "conv2d".
  virtual std::string_view kind() const = 0;
  virtual Options options() const { return {}; }

  /// Returns the output shape. This is the only check of input shapes: throws Error with the given
  /// and the expected shape.
  virtual Shape output_shape(std::span<const Shape> inputs) const = 0;
  virtual std::vector<ParameterSpec> parameters(std::span<const Shape>) const { return {}; }
  virtual BackwardNeeds backward_needs() const { return {}; }
  /// Per-sample shapes of the f32 tensors that forward saves for backward, if there is one.
  virtual std::vector<Shape> saved_shapes(std::span<const Shape>) const { return {}; }
  /// `constant`: the layer is frozen or the network's use is inference.
  virtual uint64_t workspace_bytes(const Backend&, int64_t /*batch*/, std::span<const Shape>,
                                   bool /*constant*/) const {
    return 0;
  }
  virtual size_t slots() const { return 0; }
  /// Memory in bytes that the backend allocates in the slots for packed weights.
  virtual PackedBytes packed_bytes(const Backend&, std::span<const Shape>) const { return {}; }
  /// True if the output is the input's memory with another shape; forward and backward are then
  /// never called.
  virtual bool is_view(Mode) const { return false; }
  /// The activation that this layer computes, if the preceding layer can compute it instead.
  virtual Activation as_activation() const { return Activation::none; }
  /// True if this layer can also compute the activation that follows it (Pass::activation).
  virtual bool can_fuse_activation() const { return false; }
  /// True if backward can also apply the gradient of the activation that produced the layer's input
  /// (Pass::activation), which is cheaper if the output is smaller than the input.
  virtual bool can_fuse_activation_backward() const { return false; }
  /// True if the layer, in Mode::eval or frozen, computes y = a[c] · x + b[c] for each channel c
  /// (the last dimension), and its backward dx = a[c] · dy, which must also work in place. Such a
  /// layer can be folded into the weights of the preceding layer: see FoldedLayer.
  virtual bool is_channel_affine() const { return false; }
  /// Position of the kernel, if a following normalisation can be folded into this layer. The
  /// forward of such a layer adds a bias whenever the Pass has one, even if its options disable the
  /// bias.
  virtual std::optional<KernelToFold> kernel_to_fold() const { return std::nullopt; }
  /// FLOPs of a forward pass over one sample: two per multiply-add, matrix products and
  /// convolutions only. At most max_flops.
  virtual int64_t flops(std::span<const Shape>) const { return 0; }

  virtual void forward(const Pass&, std::span<const Tensor> inputs, const Tensor& output) const = 0;
  /// Overwrites grad_inputs (null ones are skipped) and, unless frozen, the parameter gradients.
  /// May overwrite grad_output, which is not read afterwards. Tensors that backward_needs does not
  /// request have a shape but no memory.
  virtual void backward(const Pass&, std::span<const Tensor> inputs, const Tensor& output,
                        const Tensor& grad_output, std::span<const Tensor> grad_inputs) const = 0;
};

}  // namespace convlab
