#include "nn/graph.h"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

/// Number of elements of the parameters for which `counts` returns true.
template <class Counts>
int64_t count_elements(const std::vector<Node>& nodes, Counts counts) {
  int64_t count = 0;
  for (const Node& node : nodes) {
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      count += counts(node, spec) ? spec.shape.elements() : 0;
  }
  return count;
}

/// Limits sizes so that no product of dimensions with a batch or window size overflows.
void check_size(const Shape& shape) {
  constexpr int64_t max = int64_t{1} << 30U;
  if (shape.elements() > max)
    fail("[graph] {} has {}; expected at most {}", shape, counted(shape.elements(), "element"),
         max);
}

bool is_trainable(const Node& node, const ParameterSpec& spec) {
  return !node.frozen && spec.role != ParameterRole::statistic;
}

}  // namespace

bool Node::trainable() const {
  const auto specs = layer->parameters(input_shapes);
  return std::any_of(specs.begin(), specs.end(),
                     [this](const ParameterSpec& spec) { return is_trainable(*this, spec); });
}

Shape checked_output_shape(const Layer& layer, std::span<const Shape> inputs) {
  const Shape output = layer.output_shape(inputs);
  check_size(output);
  if (layer.flops(inputs) >= Layer::max_flops)
    fail("[graph] the layer needs more than {} FLOPs per sample", Layer::max_flops);
  return output;
}

void check_learning_rate_factor(double factor) {
  constexpr double min = 1e-6;
  constexpr double max = 1000;
  if (factor >= min && factor <= max) return;
  fail("the learning rate factor is {}; expected {} to {}", factor, min, max);
}

Graph::Graph(Shape input) : input_(input) {
  if (input_.rank() == 0 || input_.elements() == 0)
    fail("[graph] the input shape {} is empty", input_);
  if (input_.rank() == Shape::max_rank) {
    fail(
        "[graph] the input shape {} has {} dimensions; at most {} are supported, as the batch is "
        "an additional dimension",
        input_, Shape::max_rank, Shape::max_rank - 1);
  }
  check_size(input_);
}

size_t Graph::add(std::shared_ptr<const Layer> layer, std::vector<size_t> inputs,
                  std::string name) {
  if (name.empty()) name = names_.next(layer->kind());
  if (names_.contains(name))
    fail(
        "[graph] the name {} is already used; every layer needs a unique name and has its own "
        "weights",
        name);
  Node node{std::move(name), std::move(layer), std::move(inputs), {}, {}};
  for (const size_t value : node.inputs) {
    if (value > nodes_.size())
      fail("[graph] {} reads value {}, which does not exist yet", node.name, value);
    node.input_shapes.push_back(value_shape(value));
  }
  try {
    node.output_shape = checked_output_shape(*node.layer, node.input_shapes);
  } catch (const Error& error) {
    fail("{}: {}", node.name, error.what());
  }
  names_.insert(node.layer->kind(), node.name);
  nodes_.push_back(std::move(node));
  return nodes_.size();
}

size_t Graph::append(std::shared_ptr<const Layer> layer, std::string name) {
  return add(std::move(layer), {nodes_.size()}, std::move(name));
}

void Graph::set_learning_rate_factor(size_t node, double factor) {
  check_learning_rate_factor(factor);
  nodes_.at(node).learning_rate_factor = factor;
}

void Graph::set_normalization(InputNormalization normalization) {
  normalization.check(input_channels());
  normalization_ = std::move(normalization);
}

Graph Graph::subgraph(size_t first, size_t last) const {
  if (last >= nodes_.size() || first > last) {
    fail("[graph] layers {} to {} of {}; expected an order from 0 to {}", first, last,
         nodes_.size(), nodes_.size() - 1);
  }
  Graph part(value_shape(first));
  if (first == 0) part.normalization_ = normalization_;
  for (size_t i = first; i <= last; ++i) {
    const Node& node = nodes_[i];
    std::vector<size_t> inputs;
    for (const size_t value : node.inputs) {
      if (value < first) {
        fail("[graph] the network cannot be cut before {}, as {} also reads {}", nodes_[first].name,
             node.name, value == 0 ? "the input" : nodes_[value - 1].name);
      }
      inputs.push_back(value - first);
    }
    part.add(node.layer, std::move(inputs), node.name);
    part.set_frozen(i - first, node.frozen);
    part.set_learning_rate_factor(i - first, node.learning_rate_factor);
  }
  return part;
}

void Graph::remove_last() {
  names_.remove(nodes_.back().layer->kind(), nodes_.back().name);
  nodes_.pop_back();
}

const Shape& Graph::value_shape(size_t value) const {
  return value == 0 ? input_ : nodes_.at(value - 1).output_shape;
}

size_t Graph::consumers(size_t value) const {
  size_t count = 0;
  for (const Node& node : nodes_)
    count += std::count(node.inputs.begin(), node.inputs.end(), value);
  return count;
}

int64_t Graph::parameter_count() const {
  return count_elements(nodes_, [](const Node&, const ParameterSpec&) { return true; });
}

int64_t Graph::trainable_parameter_count() const { return count_elements(nodes_, is_trainable); }

int64_t Graph::flops() const {
  int64_t sum = 0;
  for (const Node& node : nodes_) sum += node.layer->flops(node.input_shapes);
  return sum;
}

int64_t Graph::training_flops() const {
  std::vector<bool> needs_grad{false};  // by value: depends on a trainable parameter
  int64_t sum = 0;
  for (const Node& node : nodes_) {
    const bool inputs_need_grad = std::any_of(node.inputs.begin(), node.inputs.end(),
                                              [&](size_t value) { return needs_grad[value]; });
    const bool own = node.trainable();
    sum += node.layer->flops(node.input_shapes) * (1 + (own ? 1 : 0) + (inputs_need_grad ? 1 : 0));
    needs_grad.push_back(own || inputs_need_grad);
  }
  return sum;
}

}  // namespace convlab
