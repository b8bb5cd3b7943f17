#pragma once

#include <optional>
#include <vector>

#include "nn/graph.h"
#include "nn/memory_plan.h"

namespace convlab {

/// What a pass over a network computes. Values are numbered as in Node::inputs.
struct PassSpec {
  Mode mode = Mode::eval;
  int64_t batch = 1;
  /// Values that can be read after the pass, as the layers' own outputs.
  std::vector<size_t> keep = {};
  /// Values for which backward computes the gradient of the output, also in Mode::eval, in which
  /// the parameters have no gradients.
  std::vector<size_t> gradients_of = {};
  /// The pass ends after this node, whose output is its output; none: the last.
  std::optional<size_t> last_node = std::nullopt;

  bool operator==(const PassSpec&) const = default;
  bool has_backward() const { return mode == Mode::train || !gradients_of.empty(); }
};

/// What a network is for. In inference its parameters have no gradients, and no values are kept for
/// a backward pass.
enum class NetworkUse : uint8_t { training, inference };

/// Properties of a pass that do not depend on the batch size: which activations and, in an
/// evaluation, which normalisations are folded into the preceding layer, and what needs gradients.
struct GraphFacts {
  GraphFacts(const Graph& graph, const PassSpec& spec);
  GraphFacts(const Graph& graph, Mode mode) : GraphFacts(graph, PassSpec{.mode = mode}) {}

  std::vector<Activation> activation;  ///< by node: the activation fused into it
  /// By node: the activation whose gradient its backward applies. This is the activation fused into
  /// it, unless the backward of a following pooling applies that one.
  std::vector<Activation> backward_activation;
  /// By node: the normalisation folded into it, which comes before the activation.
  std::vector<std::optional<size_t>> normalization;
  std::vector<bool> folded;  ///< by node: computed by the preceding node
  /// By value: depends on a trainable parameter (Mode::train) or on a value of gradients_of.
  std::vector<bool> needs_grad;

 private:
  /// The node that computes the only input of `node`, if nothing else reads that value.
  std::optional<size_t> computed_by(const Graph& graph, const PassSpec& spec,
                                    const Node& node) const;
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

/// The tensors that a pass needs, their places in the arena, and the tensor arguments of each
/// layer.
struct NetworkPlan {
  /// The graph must outlive the plan. Throws Error for values or nodes that the pass does not
  /// compute.
  NetworkPlan(const Graph& graph, const Backend& backend, PassSpec spec,
              NetworkUse use = NetworkUse::training);

  /// Sets the memory of all tensors below to their places in an arena of memory.bytes bytes.
  void bind(void* arena);

  const PassSpec spec;
  const GraphFacts facts;
  const size_t end;  ///< number of nodes that the pass computes; value `end` is its output
  /// The pass computes this many nodes at its beginning, a chain, image by image: values between
  /// them are so large that those of the whole batch would take most of the memory. They have a
  /// batch of 1.
  const size_t by_image;
  MemoryPlan memory;
  void* workspace = nullptr;
  std::vector<Tensor> values;      ///< by value
  std::vector<Tensor> grads;       ///< by value; null if no gradient is needed
  std::vector<Tensor> kept_grads;  ///< of PassSpec::gradients_of, as backward may overwrite grads

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
  void check_values(const std::vector<size_t>& values) const;
  void plan_forward(const Backend& backend, NetworkUse use);
  void plan_backward();
  int64_t batch_of(size_t value) const { return value > 0 && value < by_image ? 1 : spec.batch; }
  PlannedTensor new_tensor(const Shape& sample, size_t moment, int64_t batch);
  void plan_folded();

  const Graph& graph_;
  std::vector<Lifetime> blocks_;
  std::vector<PlannedTensor> planned_values_;
  std::vector<PlannedTensor> planned_grads_;
  std::vector<PlannedTensor> planned_kept_grads_;
  std::vector<NodePlan> planned_nodes_;
  size_t workspace_block_ = 0;
};

}  // namespace convlab
