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

/// What a layer is handed for one call besides its tensors; all of it belongs to the network.
struct Pass {
  Backend& backend;
  Mode mode = Mode::train;
  bool frozen = false;  ///< its parameters do not learn: they have no gradient to fill
  /// Forward: folded into this layer (Layer::can_fuse_activation). Backward: its gradient is
  /// applied by this layer.
  Activation activation = Activation::none;
  std::span<Parameter> parameters;  ///< in the order of Layer::parameters
  std::span<const Tensor> saved;    ///< in the order of Layer::saved_shapes; Mode::train only
  std::span<OpSlot> slots;          ///< Layer::slots of them
  void* workspace = nullptr;        ///< Layer::workspace_bytes of it
  uint64_t seed = 0;                ///< of the run
  uint64_t node = 0;                ///< which layer of the network this is: its random stream

  OpContext op(size_t slot) const { return {slots[slot], workspace}; }
  /// Null where there are not so many.
  const Parameter* parameter_or_null(size_t index) const {
    return index < parameters.size() ? &parameters[index] : nullptr;
  }
};

/// Which of its forward tensors a layer wants to see again in backward.
struct BackwardNeeds {
  bool inputs = false;
  bool output = false;
};

/// The parameter with whose products an output's channels are sums.
struct KernelToFold {
  size_t parameter = 0;        ///< the bias is the next one
  bool channels_last = false;  ///< the output's channels are its last dimension, else its first
};

/// A function with parameters and an explicit gradient. It holds its options and nothing else:
/// tensors, parameters and operator state belong to the Network, so a layer may serve several.
/// Shapes here are of one sample, without the batch; tensors have the batch in front.
class Layer {
 public:
  /// Of a layer that a Graph takes: an hour of a fast machine for each sample.
  static constexpr int64_t max_flops = int64_t{1} << 48U;

  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer() = default;

  /// Its name in files and errors: "conv2d".
  virtual std::string_view kind() const = 0;
  virtual Options options() const { return {}; }

  /// The only shape check: throws Error that says what it got and what it wants.
  virtual Shape output_shape(std::span<const Shape> inputs) const = 0;
  virtual std::vector<ParameterSpec> parameters(std::span<const Shape>) const { return {}; }
  virtual BackwardNeeds backward_needs() const { return {}; }
  /// Per-sample shapes of f32 tensors that forward writes for backward in Mode::train.
  virtual std::vector<Shape> saved_shapes(std::span<const Shape>) const { return {}; }
  virtual uint64_t workspace_bytes(const Backend&, int64_t /*batch*/,
                                   std::span<const Shape>) const {
    return 0;
  }
  virtual size_t slots() const { return 0; }
  /// The output is the input's memory under another shape: forward and backward are never called.
  virtual bool is_view(Mode) const { return false; }
  /// The activation that this layer is, if the layer before may compute it in its place.
  virtual Activation as_activation() const { return Activation::none; }
  /// An activation that follows may be computed by this layer (Pass::activation).
  virtual bool can_fuse_activation() const { return false; }
  /// Its backward may apply the gradient of the activation that computed its input
  /// (Pass::activation) on the way, which is cheaper where its output is smaller.
  virtual bool can_fuse_activation_backward() const { return false; }
  /// In Mode::eval, and when frozen, it is y = a[c] · x + b[c] for each channel c (the last
  /// dimension), and its backward, which may then work in place, dx = a[c] · dy. So the layer
  /// before can do it with other weights: see FoldedLayer.
  virtual bool is_channel_affine() const { return false; }
  /// A layer that can do so says where its kernel is. Its forward adds a bias whenever it is handed
  /// one, also where its options want none.
  virtual std::optional<KernelToFold> kernel_to_fold() const { return std::nullopt; }
  /// Multiplications and additions of a forward pass over one sample, counted as two each pair,
  /// products only. Counted up to max_flops.
  virtual int64_t flops(std::span<const Shape>) const { return 0; }

  virtual void forward(const Pass&, std::span<const Tensor> inputs, const Tensor& output) const = 0;
  /// Overwrites grad_inputs (a null one is not wanted) and, unless frozen, the parameters'
  /// gradients. grad_output may be used as scratch: nobody reads it afterwards. Tensors that
  /// backward_needs does not name have a shape but no memory.
  virtual void backward(const Pass&, std::span<const Tensor> inputs, const Tensor& output,
                        const Tensor& grad_output, std::span<const Tensor> grad_inputs) const = 0;
};

}  // namespace convlab
