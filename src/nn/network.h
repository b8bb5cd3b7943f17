#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nn/folded_layer.h"
#include "nn/graph.h"
#include "nn/network_plan.h"

namespace convlab {

/// Parts of a node's computation in a training step.
enum class NodeWork : uint8_t { forward, input_grads, parameter_grads };

/// A Graph with its memory on a backend: parameters in one flat buffer, activations in one planned
/// arena. Plans are created once per PassSpec and cached; after that a pass allocates nothing
/// in this class. The backend must outlive the network.
class Network {
 public:
  /// Initialises the weights from `seed`. Throws Error if there is not enough memory.
  Network(Graph graph, Backend& backend, uint64_t seed, NetworkUse use = NetworkUse::training);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network() = default;

  const Graph& graph() const { return graph_; }
  Backend& backend() const { return backend_; }

  /// Initialises all weights again. The same seed gives the same weights on every platform.
  void initialize(uint64_t seed);

  /// Prepares passes and returns the input tensor to fill, f32 [batch, input shape]. Throws Error
  /// for a batch below 1, and for values or nodes that the network does not have.
  Tensor prepare(const PassSpec& spec);
  Tensor prepare(Mode mode, int64_t batch) { return prepare({.mode = mode, .batch = batch}); }
  /// Runs a forward pass and returns the output, [batch, output shape], valid until the next pass.
  Tensor forward();
  /// After forward in a pass with backward: the tensor for the gradient of the loss with respect to
  /// the output, to be filled before backward.
  Tensor output_grad() const { return current_->grads[current_->end]; }
  /// Computes from output_grad the gradients of PassSpec::gradients_of and, in Mode::train, of all
  /// trainable parameters.
  void backward();
  /// The value `value` of PassSpec::keep, f32 [batch, value's shape], valid until the next pass.
  const Tensor& kept(size_t value) const { return current_->values[value]; }
  /// After backward: the gradient with respect to PassSpec::gradients_of[index], f32 [batch,
  /// value's shape], valid until the next pass; null if the output does not depend on it.
  const Tensor& gradient(size_t index) const { return current_->kept_grads[index]; }
  /// Must be called after a training pass that was replayed (Backend::run_step), so that copies
  /// made from the statistics of normalisations are updated. `forward` does it itself.
  void statistics_changed();
  /// Increases whenever the tensors of prepared passes move.
  uint64_t arena_version() const { return arena_version_; }
  /// Repeats one part of a node's computation with the current contents of its tensors; for
  /// benchmarks, after a training step. Does nothing if a step has no such part. For a batch
  /// normalisation, input_grads includes the parameter gradients.
  void repeat(size_t node, NodeWork work);

  /// All parameters, in the order of the layers. `value` and `grad` of the trainable ones are part
  /// of `values` and `grads`.
  std::span<const Parameter> parameters() const { return parameters_; }
  std::span<const Parameter> parameters_of(size_t node) const;
  /// The flat buffers of the trainable parameters: first all weights, then all biases. Gaps between
  /// parameters stay zero. In inference there are no `grads`.
  const Tensor& values() const { return values_; }
  const Tensor& grads() const { return grads_; }
  /// What `values` are: ranges in their order, without gaps.
  std::span<const TrainableRange> ranges() const { return ranges_; }
  /// Must be called after parameters changed, so that packed copies are updated.
  void values_changed();
  /// Does the same if only the trainable ones, `values`, changed: copies of others stay valid.
  void trainable_values_changed();

  /// The tensors that forward in Mode::train saved for a node, if its backward will run; for tests
  /// and visualisation.
  std::span<const Tensor> saved_of(size_t node) const { return current_->nodes[node].saved; }
  /// Returns the size in bytes of the arena for (mode, batch) without allocating it.
  uint64_t planned_bytes(Mode mode, int64_t batch) const;

 private:
  void make_parameters();
  void make_folded_layers();
  void update_folded_layers();
  std::span<Parameter> own_parameters(size_t node);
  Pass pass_of(size_t node, Activation activation);
  bool is_view(size_t node) const;
  void forward_by_image();
  void forward_node(size_t node);
  void forward_node(size_t node, std::span<const Tensor> inputs, const Tensor& output);
  void backward_node(size_t node);
  void keep_gradient(size_t value);

  Graph graph_;
  Backend& backend_;
  NetworkUse use_;
  uint64_t seed_ = 0;
  std::vector<Parameter> parameters_;
  std::vector<size_t> first_parameter_;  // by node, and one past the last
  std::vector<std::vector<OpSlot>> slots_;
  std::vector<std::unique_ptr<FoldedLayer>> folded_;  // by node, for Mode::eval; null if not folded
  NetworkPlan* folded_in_ = nullptr;                  // plan whose folded weights are in the arena
  Buffer value_buffer_;
  Buffer grad_buffer_;
  Tensor values_;
  Tensor grads_;
  std::vector<TrainableRange> ranges_;
  Buffer arena_;
  uint64_t arena_version_ = 0;
  std::vector<std::unique_ptr<NetworkPlan>> plans_;
  NetworkPlan* current_ = nullptr;
};

}  // namespace convlab
