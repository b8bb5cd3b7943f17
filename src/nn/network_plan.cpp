#include "nn/network_plan.h"

#include <algorithm>

#include "nn/folded_layer.h"

namespace convlab {

GraphFacts::GraphFacts(const Graph& graph, Mode mode)
    : activation(graph.nodes().size(), Activation::none),
      backward_activation(graph.nodes().size(), Activation::none),
      normalization(graph.nodes().size()),
      folded(graph.nodes().size(), false),
      needs_grad(1, false) {
  const auto& nodes = graph.nodes();
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    needs_grad.push_back(node.trainable() || std::any_of(node.inputs.begin(), node.inputs.end(),
                                                         [&](size_t v) { return needs_grad[v]; }));
    const std::optional<size_t> before = computed_by(graph, node);
    if (!before) continue;
    const Layer& product = *nodes[*before].layer;
    if (activation[*before] != Activation::none) {
      if (node.layer->can_fuse_activation_backward())
        std::swap(backward_activation[i], backward_activation[*before]);
    } else if (node.layer->as_activation() != Activation::none && product.can_fuse_activation()) {
      activation[*before] = backward_activation[*before] = node.layer->as_activation();
      folded[i] = true;
    } else if (mode == Mode::eval && node.layer->is_channel_affine() && product.kernel_to_fold() &&
               !normalization[*before]) {
      normalization[*before] = i;
      folded[i] = true;
    }
  }
}

std::optional<size_t> GraphFacts::computed_by(const Graph& graph, const Node& node) const {
  if (node.inputs.size() != 1) return std::nullopt;
  size_t value = node.inputs[0];
  while (value > 0 && graph.consumers(value) == 1) {
    if (!folded[value - 1]) return value - 1;
    value = graph.nodes()[value - 1].inputs[0];
  }
  return std::nullopt;
}

// Moments: node i runs forward at i, the loss is computed at n, node i runs backward at 2n - i.
NetworkPlan::NetworkPlan(const Graph& graph, const GraphFacts& facts, const Backend& backend,
                         Mode mode_, int64_t batch_)
    : mode(mode_), batch(batch_), graph_(graph), facts_(facts) {
  const size_t n = graph.nodes().size();
  planned_values_.resize(n + 1);
  planned_grads_.resize(n + 1);
  planned_nodes_.resize(n);
  plan_forward(graph, facts, backend);
  nodes.resize(n);
  if (mode == Mode::train) plan_backward(graph, facts);
  memory = plan_memory(blocks_);
}

size_t NetworkPlan::add_block(uint64_t bytes, size_t first, size_t last) {
  blocks_.push_back({bytes, first, last});
  return blocks_.size() - 1;
}

void NetworkPlan::extend(size_t block, size_t moment) {
  blocks_[block].first = std::min(blocks_[block].first, moment);
  blocks_[block].last = std::max(blocks_[block].last, moment);
}

PlannedTensor NetworkPlan::new_tensor(const Shape& sample, size_t moment) {
  const Shape shape = sample.with_batch(batch);
  return {shape,
          add_block(static_cast<uint64_t>(shape.elements()) * sizeof(float), moment, moment)};
}

void NetworkPlan::plan_forward(const Graph& graph, const GraphFacts& facts,
                               const Backend& backend) {
  const size_t n = graph.nodes().size();
  planned_values_[0] = new_tensor(graph.input_shape(), 0);
  uint64_t workspace_bytes = 0;
  for (size_t i = 0; i < n; ++i) {
    const Node& node = graph.nodes()[i];
    const BackwardNeeds needs = node.layer->backward_needs();
    // Before the first trainable layer nothing runs backward, so nothing is kept for it.
    const bool runs_backward = mode == Mode::train && facts.needs_grad[i + 1];
    const size_t backward = 2 * n - i;
    PlannedTensor& output = planned_values_[i + 1];
    if (node.layer->is_view(mode) || facts.folded[i]) {
      output = {node.output_shape.with_batch(batch), planned_values_[node.inputs[0]].block};
    } else {
      output = new_tensor(node.output_shape, i);
    }
    for (const size_t input : node.inputs) {
      extend(planned_values_[input].block, i);
      if (runs_backward && needs.inputs) extend(planned_values_[input].block, backward);
    }
    if (runs_backward && (needs.output || facts.backward_activation[i] != Activation::none))
      extend(output.block, backward);
    if (mode == Mode::train) {
      for (const Shape& shape : node.layer->saved_shapes(node.input_shapes)) {
        planned_nodes_[i].saved.push_back(new_tensor(shape, i));
        if (runs_backward) extend(planned_nodes_[i].saved.back().block, backward);
      }
    }
    workspace_bytes =
        std::max(workspace_bytes, node.layer->workspace_bytes(backend, batch, node.input_shapes));
  }
  extend(planned_values_[n].block, n);
  workspace_block_ = add_block(workspace_bytes, 0, 2 * n);
  plan_folded(graph, facts);
}

// Folded weights persist between passes, so no other tensor may use their memory.
void NetworkPlan::plan_folded(const Graph& graph, const GraphFacts& facts) {
  const size_t n = graph.nodes().size();
  for (size_t i = 0; i < n; ++i) {
    if (!facts.normalization[i]) continue;
    for (const Shape& shape : FoldedLayer::shapes(graph.nodes()[i])) {
      const auto bytes = static_cast<uint64_t>(shape.elements()) * sizeof(float);
      planned_nodes_[i].folded.push_back({shape, add_block(bytes, 0, 2 * n)});
    }
  }
}

void NetworkPlan::plan_backward(const Graph& graph, const GraphFacts& facts) {
  const size_t n = graph.nodes().size();
  if (facts.needs_grad[n]) planned_grads_[n] = new_tensor(graph.output_shape(), n);
  for (size_t i = n; i-- > 0;) {
    const Node& node = graph.nodes()[i];
    const size_t backward = 2 * n - i;
    nodes[i].routes.assign(node.inputs.size(), GradRoute::none);
    planned_nodes_[i].extra.resize(node.inputs.size());
    if (planned_grads_[i + 1].block == PlannedTensor::no_block) continue;
    extend(planned_grads_[i + 1].block, backward);
    const bool view = node.layer->is_view(mode) || facts.folded[i];
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      const size_t input = node.inputs[k];
      if (!facts.needs_grad[input]) continue;
      const Shape& shape = graph.value_shape(input);
      PlannedTensor& grad = planned_grads_[input];
      GradRoute& route = nodes[i].routes[k];
      if (grad.block != PlannedTensor::no_block) {
        route = GradRoute::add;
        if (!view) planned_nodes_[i].extra[k] = new_tensor(shape, backward);
      } else if (view) {
        route = GradRoute::share;
        grad = {shape.with_batch(batch), planned_grads_[i + 1].block};
      } else {
        route = GradRoute::write;
        grad = new_tensor(shape, backward);
      }
    }
  }
}

void NetworkPlan::bind(void* arena) {
  const auto place = [&](const PlannedTensor& planned) -> Tensor {
    if (planned.block == PlannedTensor::no_block) return {};
    const auto offset = static_cast<size_t>(memory.offsets[planned.block]);
    return {planned.shape, DType::f32, static_cast<std::byte*>(arena) + offset};
  };
  const auto place_all = [&](const std::vector<PlannedTensor>& planned) {
    std::vector<Tensor> tensors;
    std::transform(planned.begin(), planned.end(), std::back_inserter(tensors), place);
    return tensors;
  };
  values = place_all(planned_values_);
  grads = place_all(planned_grads_);
  workspace =
      static_cast<std::byte*>(arena) + static_cast<size_t>(memory.offsets[workspace_block_]);
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = graph_.nodes()[i];
    const BackwardNeeds needs = node.layer->backward_needs();
    NodeTensors& tensors = nodes[i];
    tensors.saved = place_all(planned_nodes_[i].saved);
    tensors.folded = place_all(planned_nodes_[i].folded);
    tensors.inputs.clear();
    tensors.grad_inputs.clear();
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      tensors.inputs.push_back(values[node.inputs[k]]);
      if (mode == Mode::train) {
        const Tensor extra = place(planned_nodes_[i].extra[k]);
        tensors.grad_inputs.push_back(extra ? extra : grads[node.inputs[k]]);
      }
    }
    tensors.backward_inputs = tensors.inputs;
    if (!needs.inputs) {
      for (Tensor& input : tensors.backward_inputs) input.memory = nullptr;
    }
    const bool output = needs.output || facts_.backward_activation[i] != Activation::none;
    tensors.backward_output = output ? values[i + 1] : Tensor{};
  }
}

}  // namespace convlab
