#pragma once

#include <optional>
#include <vector>

#include "nn/graph.h"
#include "nn/memory_plan.h"

namespace convlab {

/// Properties of a graph in one mode that do not depend on the batch size: which activations and,
/// in Mode::eval, which normalisations are folded into the preceding layer, and what needs
/// gradients.
struct GraphFacts {
  GraphFacts(const Graph& graph, Mode mode);

  std::vector<Activation> activation;  ///< by node: the activation fused into it
  /// By node: the activation whose gradient its backward applies. This is the activation fused into
  /// it, unless the backward of a following pooling applies that one.
  std::vector<Activation> backward_activation;
  /// By node: the normalisation folded into it, which comes before the activation.
  std::vector<std::optional<size_t>> normalization;
  std::vector<bool> folded;      ///< by node: computed by the preceding node
  std::vector<bool> needs_grad;  ///< by value: depends on a trainable parameter

 private:
  /// The node that computes the only input of `node`, if no other node reads that value.
  std::optional<size_t> computed_by(const Graph& graph, const Node& node) const;
};

/// How a node contributes to the gradient of one of its inputs.
enum class GradRoute : uint8_t {
  none,   ///< not needed: no preceding layer is trainable
  write,  ///< the layer writes it
  share,  ///< a view: its gradient is that of its input; other readers may add to it
  add,    ///< added to the gradient that another reader wrote
};

/// A tensor of the plan: its shape and its block of the arena, which several tensors may share.
struct PlannedTensor {
  static constexpr size_t no_block = static_cast<size_t>(-1);

  Shape shape;
  size_t block = no_block;
};

/// The tensors that passes of one mode and batch size need, their places in the arena, and the
/// tensor arguments of each layer. `facts` must be those of the mode.
struct NetworkPlan {
  NetworkPlan(const Graph& graph, const GraphFacts& facts, const Backend& backend, Mode mode,
              int64_t batch);

  /// Sets the memory of all tensors below to their places in an arena of memory.bytes bytes.
  void bind(void* arena);

  Mode mode;
  int64_t batch;
  MemoryPlan memory;
  void* workspace = nullptr;
  std::vector<Tensor> values;  ///< by value
  std::vector<Tensor> grads;   ///< by value; null if no gradient is needed

  /// The tensor arguments of one node's layer.
  struct NodeTensors {
    std::vector<Tensor> inputs;
    std::vector<Tensor> backward_inputs;  ///< null if backward does not need them
    Tensor backward_output;
    std::vector<Tensor> grad_inputs;
    std::vector<GradRoute> routes;
    std::vector<Tensor> saved;
    std::vector<Tensor> folded;  ///< see FoldedLayer::shapes; empty if nothing is folded in
  };
  std::vector<NodeTensors> nodes;

 private:
  struct NodePlan {
    std::vector<PlannedTensor> saved;
    std::vector<PlannedTensor> folded;
    std::vector<PlannedTensor> extra;  // by input: gradient to be added to that of another reader
  };

  size_t add_block(uint64_t bytes, size_t first, size_t last);
  void extend(size_t block, size_t moment);
  void plan_forward(const Graph& graph, const GraphFacts& facts, const Backend& backend);
  void plan_backward(const Graph& graph, const GraphFacts& facts);
  PlannedTensor new_tensor(const Shape& sample, size_t moment);
  void plan_folded(const Graph& graph, const GraphFacts& facts);

  const Graph& graph_;
  const GraphFacts& facts_;
  std::vector<Lifetime> blocks_;
  std::vector<PlannedTensor> planned_values_;
  std::vector<PlannedTensor> planned_grads_;
  std::vector<NodePlan> planned_nodes_;
  size_t workspace_block_ = 0;
};

}  // namespace convlab
