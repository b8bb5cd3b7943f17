#include "nn/network.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.h"
#include "nn/initialize.h"
#include "nn/parameter_plan.h"

namespace convlab {

namespace {

Tensor at(const Buffer& buffer, size_t offset, const Shape& shape) {
  return {shape, DType::f32, static_cast<std::byte*>(buffer.memory()) + offset};
}

/// Throws Error if the machine (32 bits in the browser) cannot address so much memory at once.
size_t addressable(uint64_t bytes) {
  if (bytes > std::numeric_limits<size_t>::max() / 2) {
    fail("[network] not enough memory for {} MB; try a smaller batch or model", bytes >> 20U);
  }
  return static_cast<size_t>(bytes);
}

}  // namespace

Network::Network(Graph graph, Backend& backend, uint64_t seed, NetworkUse use)
    : graph_(std::move(graph)), backend_(backend), use_(use) {
  if (graph_.nodes().empty()) fail("[network] the graph has no layers");
  make_parameters();
  make_folded_layers();
  initialize(seed);
}

void Network::make_parameters() {
  const ParameterPlan plan(graph_);
  const size_t bytes = addressable(plan.bytes);
  const auto trainable_bytes = static_cast<size_t>(plan.trainable_bytes);
  value_buffer_ = backend_.allocate(std::max(bytes, tensor_alignment));
  const Shape flat{static_cast<int64_t>(trainable_bytes / sizeof(float))};
  values_ = at(value_buffer_, 0, flat);
  const bool has_grads = use_ == NetworkUse::training;
  if (has_grads) {
    grad_buffer_ = backend_.allocate(std::max(trainable_bytes, tensor_alignment));
    grads_ = at(grad_buffer_, 0, flat);
  }
  ranges_ = plan.ranges;
  for (const Node& node : graph_.nodes()) {
    first_parameter_.push_back(parameters_.size());
    slots_.emplace_back(node.layer->slots());
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes)) {
      const auto [offset, trainable] = plan.places[parameters_.size()];
      const auto start = static_cast<size_t>(offset);
      parameters_.push_back(
          {node.name + "." + spec.name, at(value_buffer_, start, spec.shape),
           trainable && has_grads ? at(grad_buffer_, start, spec.shape) : Tensor{}});
    }
  }
  first_parameter_.push_back(parameters_.size());
}

void Network::make_folded_layers() {
  folded_.resize(graph_.nodes().size());
  const GraphFacts eval(graph_, Mode::eval);
  for (size_t i = 0; i < folded_.size(); ++i) {
    if (const std::optional<size_t> norm = eval.normalization[i]) {
      folded_[i] = std::make_unique<FoldedLayer>(graph_.nodes()[i], own_parameters(i),
                                                 graph_.nodes()[*norm], own_parameters(*norm));
    }
  }
}

/// The folded weights are lost if another plan has used the arena since.
void Network::update_folded_layers() {
  const bool lost = folded_in_ != current_;
  for (size_t i = 0; i < current_->end; ++i) {
    if (current_->facts.normalization[i])
      folded_[i]->update(backend_, current_->nodes[i].folded, lost);
  }
  folded_in_ = current_;
}

// A training pass updates the statistics, even if no update of the values follows.
void Network::statistics_changed() {
  for (size_t i = 0; i < graph_.nodes().size(); ++i) {
    if (graph_.nodes()[i].frozen) continue;
    for (Parameter& parameter : own_parameters(i)) {
      if (!parameter.grad) ++parameter.version;
    }
  }
}

void Network::initialize(uint64_t seed) {
  seed_ = seed;
  size_t index = 0;
  for (const Node& node : graph_.nodes()) {
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes)) {
      const std::vector<float> drawn = draw_parameter(spec, seed, index);
      backend_.upload(drawn.data(), parameters_[index].value);
      ++index;
    }
  }
  values_changed();
}

void Network::values_changed() {
  for (Parameter& parameter : parameters_) ++parameter.version;
}

void Network::trainable_values_changed() {
  for (Parameter& parameter : parameters_) {
    if (parameter.grad) ++parameter.version;
  }
}

std::span<Parameter> Network::own_parameters(size_t node) {
  return std::span(parameters_)
      .subspan(first_parameter_[node], first_parameter_[node + 1] - first_parameter_[node]);
}

std::span<const Parameter> Network::parameters_of(size_t node) const {
  return std::span(parameters_)
      .subspan(first_parameter_[node], first_parameter_[node + 1] - first_parameter_[node]);
}

uint64_t Network::planned_bytes(Mode mode, int64_t batch) const {
  return NetworkPlan(graph_, backend_, {.mode = mode, .batch = batch}, use_).memory.bytes;
}

Tensor Network::prepare(const PassSpec& spec) {
  if (spec.batch < 1)
    fail("[network] a batch of {} is not possible; expected at least 1", spec.batch);
  const auto known = std::find_if(plans_.begin(), plans_.end(),
                                  [&](const auto& plan) { return plan->spec == spec; });
  if (known != plans_.end()) {
    current_ = known->get();
    if (folded_in_ != current_) folded_in_ = nullptr;
    return current_->values[0];
  }
  auto plan = std::make_unique<NetworkPlan>(graph_, backend_, spec, use_);
  const size_t bytes = addressable(plan->memory.bytes);
  folded_in_ = nullptr;
  if (bytes > arena_.bytes()) {
    current_ = nullptr;
    auto others =
        std::exchange(plans_, {});  // if the allocation fails, these plans have no memory either
    arena_ = {};                    // freed first, so that both need not fit at once
    arena_ = backend_.allocate(bytes);
    ++arena_version_;
    for (const auto& other : others) other->bind(arena_.memory());
    plans_ = std::move(others);
  }
  plan->bind(arena_.memory());
  plans_.push_back(std::move(plan));
  current_ = plans_.back().get();
  return current_->values[0];
}

Pass Network::pass_of(size_t node, Activation activation) {
  FoldedLayer* folded = current_->facts.normalization[node] ? folded_[node].get() : nullptr;
  return {.backend = backend_,
          .mode = current_->spec.mode,
          .frozen = graph_.nodes()[node].frozen || current_->spec.mode == Mode::eval,
          .activation = activation,
          .parameters = folded != nullptr ? folded->parameters() : own_parameters(node),
          .saved = current_->nodes[node].saved,
          .slots = folded != nullptr ? folded->slots() : std::span(slots_[node]),
          .workspace = current_->workspace,
          .seed = seed_,
          .node = node};
}

bool Network::is_view(size_t node) const {
  return current_->facts.folded[node] || graph_.nodes()[node].layer->is_view(current_->spec.mode);
}

Tensor Network::forward() {
  if (current_->spec.mode == Mode::eval) update_folded_layers();
  forward_by_image();
  for (size_t i = current_->by_image; i < current_->end; ++i) forward_node(i);
  if (current_->spec.mode == Mode::train) statistics_changed();
  return current_->values[current_->end];
}

void Network::forward_by_image() {
  const size_t last = current_->by_image;
  if (last == 0) return;
  for (int64_t image = 0; image < current_->spec.batch; ++image) {
    const Tensor input = current_->values[0].part(image, image + 1);
    const Tensor output = current_->values[last].part(image, image + 1);
    for (size_t i = 0; i < last; ++i) {
      forward_node(i, i == 0 ? std::span(&input, 1) : current_->nodes[i].inputs,
                   i + 1 == last ? output : current_->values[i + 1]);
    }
  }
}

void Network::forward_node(size_t i) {
  forward_node(i, current_->nodes[i].inputs, current_->values[i + 1]);
}

void Network::forward_node(size_t i, std::span<const Tensor> inputs, const Tensor& output) {
  if (is_view(i)) return;
  const Pass pass = pass_of(i, current_->facts.activation[i]);
  graph_.nodes()[i].layer->forward(pass, inputs, output);
}

void Network::backward() {
  for (size_t i = current_->end; i-- > 0;) {
    keep_gradient(i + 1);
    if (current_->facts.needs_grad[i + 1] && current_->grads[i + 1]) backward_node(i);
  }
  keep_gradient(0);
}

// Copies the gradient before the layer that computed the value overwrites it.
void Network::keep_gradient(size_t value) {
  const std::vector<size_t>& wanted = current_->spec.gradients_of;
  for (size_t k = 0; k < wanted.size(); ++k) {
    if (wanted[k] == value && current_->kept_grads[k])
      backend_.copy(current_->grads[value], current_->kept_grads[k]);
  }
}

void Network::backward_node(size_t i) {
  const NetworkPlan::NodeTensors& tensors = current_->nodes[i];
  const Layer& layer = *graph_.nodes()[i].layer;
  const Tensor& grad_output = current_->grads[i + 1];
  const bool view = is_view(i);
  if (!view) {
    layer.backward(pass_of(i, current_->facts.backward_activation[i]), tensors.backward_inputs,
                   tensors.backward_output, grad_output, tensors.grad_inputs);
  }
  for (size_t k = 0; k < tensors.routes.size(); ++k) {
    if (tensors.routes[k] != GradRoute::add) continue;
    const Tensor& sum = current_->grads[graph_.nodes()[i].inputs[k]];
    const Tensor part = view ? grad_output.reshaped(sum.shape) : tensors.grad_inputs[k];
    backend_.binary(BinaryOp::add, sum, part, sum);
  }
}

void Network::repeat(size_t i, NodeWork work) {
  if (work == NodeWork::forward) return forward_node(i);
  const Node& node = graph_.nodes()[i];
  const NetworkPlan::NodeTensors& tensors = current_->nodes[i];
  if (is_view(i) || !current_->facts.needs_grad[i + 1] || !current_->grads[i + 1]) return;
  Pass pass = pass_of(i, current_->facts.backward_activation[i]);
  std::vector<Tensor> grad_inputs = tensors.grad_inputs;
  // One operation computes all gradients of a normalisation; with frozen set it would be a
  // different one.
  const bool together = node.layer->is_channel_affine();
  if (work == NodeWork::parameter_grads) {
    if (!node.trainable() || together) return;
    for (Tensor& grad : grad_inputs) grad.memory = nullptr;
  } else {
    if (!together) pass.frozen = true;
    if (std::none_of(grad_inputs.begin(), grad_inputs.end(),
                     [](const Tensor& g) { return bool{g}; }))
      return;
  }
  node.layer->backward(pass, tensors.backward_inputs, tensors.backward_output,
                       current_->grads[i + 1], grad_inputs);
}

}  // namespace convlab
