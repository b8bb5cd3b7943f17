#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nn/folded_layer.h"
#include "nn/graph.h"
#include "nn/network_plan.h"

namespace convlab {

/// The parts of one node's work in a training step.
enum class NodeWork : uint8_t { forward, input_grads, parameter_grads };

/// A Graph brought to life on a backend: parameters in one flat buffer, activations in one planned
/// arena. Plans are made once per (mode, batch) and kept; after that a pass allocates nothing here.
/// The backend must outlive it.
class Network {
 public:
  /// Draws the weights from `seed`. Throws Error when the memory does not suffice.
  Network(Graph graph, Backend& backend, uint64_t seed);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network() = default;

  const Graph& graph() const { return graph_; }
  Backend& backend() const { return backend_; }

  /// Draws all weights anew. The same seed gives the same weights on every platform.
  void initialize(uint64_t seed);

  /// Gets ready for passes over `batch` samples and returns the input to fill, f32 [batch, input
  /// shape].
  Tensor prepare(Mode mode, int64_t batch);
  /// The output, [batch, output shape]: valid until the next pass.
  Tensor forward();
  /// After forward in Mode::train: where to put the loss' gradient with respect to the output
  /// before backward.
  Tensor output_grad() const { return current_->grads.back(); }
  /// Fills the gradients of all parameters from output_grad.
  void backward();
  /// Does one part of one node's work again, on what its tensors hold by now: for benchmarks, after
  /// a training step. Does nothing where a step has no such work. All gradients of a batch
  /// normalisation are input_grads.
  void repeat(size_t node, NodeWork work);

  /// All parameters, in the order of the layers. `value` and `grad` of those that learn lie in
  /// `values` and `grads`.
  std::span<const Parameter> parameters() const { return parameters_; }
  std::span<const Parameter> parameters_of(size_t node) const;
  /// The flat buffers of the parameters that learn: first all weights, then all biases. Gaps
  /// between parameters stay zero.
  const Tensor& values() const { return values_; }
  const Tensor& grads() const { return grads_; }
  /// How many elements at the front of `values` are weights (ParameterRole::weight).
  int64_t weight_elements() const { return weight_elements_; }
  /// To be called after the values changed, so that packed copies are made anew.
  void values_changed();

  /// What forward in Mode::train saved for a node: for tests and displays.
  std::span<const Tensor> saved_of(size_t node) const { return current_->nodes[node].saved; }
  /// Bytes of the arena that (mode, batch) needs; nothing is allocated.
  uint64_t planned_bytes(Mode mode, int64_t batch) const;

 private:
  void make_parameters();
  void make_folded_layers();
  void update_folded_layers();
  void statistics_changed();
  const GraphFacts& facts_of(Mode mode) const { return mode == Mode::train ? train_ : eval_; }
  std::span<Parameter> own_parameters(size_t node);
  Pass pass_of(size_t node, Activation activation);
  bool is_view(size_t node) const;
  void forward_node(size_t node);
  void backward_node(size_t node);

  Graph graph_;
  GraphFacts train_;
  GraphFacts eval_;
  Backend& backend_;
  uint64_t seed_ = 0;
  std::vector<Parameter> parameters_;
  std::vector<size_t> first_parameter_;  // by node, and one past the last
  std::vector<std::vector<OpSlot>> slots_;
  std::vector<std::unique_ptr<FoldedLayer>> folded_;  // by node, for Mode::eval; mostly null
  NetworkPlan* folded_in_ = nullptr;                  // whose folded weights are still in the arena
  Buffer value_buffer_;
  Buffer grad_buffer_;
  Tensor values_;
  Tensor grads_;
  int64_t weight_elements_ = 0;
  Buffer arena_;
  std::vector<std::unique_ptr<NetworkPlan>> plans_;
  NetworkPlan* current_ = nullptr;
};

}  // namespace convlab
