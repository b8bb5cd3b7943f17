#pragma once

#include <optional>
#include <vector>

#include "nn/graph.h"
#include "nn/memory_plan.h"

namespace convlab {

/// What is known of a graph in one mode before any batch size: which activations, and in Mode::eval
/// which normalisations, are folded into the layer before, what is trainable.
struct GraphFacts {
  GraphFacts(const Graph& graph, Mode mode);

  std::vector<Activation> activation;  ///< by node: computed together with it
  /// By node: whose gradient its backward applies. Its own activation, unless a pooling after it
  /// does.
  std::vector<Activation> backward_activation;
  /// By node: the normalisation that is computed together with it, before the activation.
  std::vector<std::optional<size_t>> normalization;
  std::vector<bool> folded;      ///< by node: computed by the node before
  std::vector<bool> needs_grad;  ///< by value: it, or something before it, is trainable

 private:
  /// The node that computes the only input of `node`, if nobody else reads that.
  std::optional<size_t> computed_by(const Graph& graph, const Node& node) const;
};

/// How a node's contribution reaches the gradient of one of its inputs.
enum class GradRoute : uint8_t {
  none,   ///< not wanted: nothing before it is trainable
  write,  ///< the layer writes it
  share,  ///< a view's own gradient is its input's, to which earlier readers may yet add
  add,    ///< added to what an earlier one wrote
};

/// A tensor of the plan: its block of the arena (several may share one) and, once bound, where it
/// is.
struct PlannedTensor {
  static constexpr size_t no_block = static_cast<size_t>(-1);

  Shape shape;
  size_t block = no_block;
};

/// Which tensors passes of one mode over one batch size need, where they lie, and what each layer
/// is handed. `facts` are of that mode.
struct NetworkPlan {
  NetworkPlan(const Graph& graph, const GraphFacts& facts, const Backend& backend, Mode mode,
              int64_t batch);

  /// Points all tensors below into an arena of memory.bytes.
  void bind(void* arena);

  Mode mode;
  int64_t batch;
  MemoryPlan memory;
  void* workspace = nullptr;
  std::vector<Tensor> values;  ///< by value
  std::vector<Tensor> grads;   ///< by value; null where nothing is trainable

  /// What one node's layer is handed.
  struct NodeTensors {
    std::vector<Tensor> inputs;
    std::vector<Tensor> backward_inputs;  ///< null where backward does not need them
    Tensor backward_output;
    std::vector<Tensor> grad_inputs;
    std::vector<GradRoute> routes;
    std::vector<Tensor> saved;
    std::vector<Tensor> folded;  ///< FoldedLayer::shapes, where a normalisation is folded in
  };
  std::vector<NodeTensors> nodes;

 private:
  struct NodePlan {
    std::vector<PlannedTensor> saved;
    std::vector<PlannedTensor> folded;
    std::vector<PlannedTensor> extra;  // by input: a gradient that is added to another consumer's
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
