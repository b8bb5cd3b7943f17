#include "nn/network_plan.h"

#include <algorithm>

#include "core/error.h"
#include "nn/folded_layer.h"

namespace convlab {

namespace {

bool contains(const std::vector<size_t>& values, size_t value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

size_t end_of(const Graph& graph, const PassSpec& spec) {
  const size_t nodes = graph.nodes().size();
  if (!spec.last_node) return nodes;
  if (*spec.last_node >= nodes)
    fail("[network] there is no layer {}; the last is {}", *spec.last_node, nodes - 1);
  return *spec.last_node + 1;
}

/// Size of one image's values from which they are computed image by image: about that of a core's
/// share of the last cache.
constexpr uint64_t large_bytes = uint64_t{4} << 20U;

/// Returns NetworkPlan::by_image.
size_t nodes_by_image(const Graph& graph, const PassSpec& spec, const GraphFacts& facts,
                      size_t end) {
  if (spec.has_backward() || spec.batch == 1 || graph.nodes()[0].layer->is_view(spec.mode))
    return 0;
  const auto is_large = [&](size_t value) {
    const auto elements = static_cast<uint64_t>(graph.value_shape(value).elements());
    return elements * sizeof(float) >= large_bytes;
  };
  size_t result = 0;
  for (size_t i = 0; i < end; ++i) {
    const Node& node = graph.nodes()[i];
    if (node.inputs != std::vector{i} || graph.consumers(i) != 1 || contains(spec.keep, i)) break;
    const bool view = node.layer->is_view(spec.mode) || facts.folded[i];
    if (i > 0 && is_large(i) && !is_large(i + 1) && !view) result = i + 1;
  }
  return result;
}

}  // namespace

GraphFacts::GraphFacts(const Graph& graph, const PassSpec& spec)
    : activation(graph.nodes().size(), Activation::none),
      backward_activation(graph.nodes().size(), Activation::none),
      normalization(graph.nodes().size()),
      folded(graph.nodes().size(), false),
      needs_grad{contains(spec.gradients_of, 0)} {
  const auto& nodes = graph.nodes();
  for (size_t i = 0; i < end_of(graph, spec); ++i) {
    const Node& node = nodes[i];
    needs_grad.push_back((spec.mode == Mode::train && node.trainable()) ||
                         contains(spec.gradients_of, i + 1) ||
                         std::any_of(node.inputs.begin(), node.inputs.end(),
                                     [&](size_t v) { return needs_grad[v]; }));
    const std::optional<size_t> before = computed_by(graph, spec, node);
    if (!before) continue;
    const Layer& product = *nodes[*before].layer;
    if (activation[*before] != Activation::none) {
      if (node.layer->can_fuse_activation_backward())
        std::swap(backward_activation[i], backward_activation[*before]);
    } else if (node.layer->as_activation() != Activation::none && product.can_fuse_activation()) {
      activation[*before] = backward_activation[*before] = node.layer->as_activation();
      folded[i] = true;
    } else if (!spec.has_backward() && node.layer->is_channel_affine() &&
               product.kernel_to_fold() && !normalization[*before]) {
      normalization[*before] = i;
      folded[i] = true;
    }
  }
}

std::optional<size_t> GraphFacts::computed_by(const Graph& graph, const PassSpec& spec,
                                              const Node& node) const {
  if (node.inputs.size() != 1) return std::nullopt;
  size_t value = node.inputs[0];
  while (value > 0 && graph.consumers(value) == 1 && !contains(spec.keep, value) &&
         !contains(spec.gradients_of, value)) {
    if (!folded[value - 1]) return value - 1;
    value = graph.nodes()[value - 1].inputs[0];
  }
  return std::nullopt;
}

// Moments: node i runs forward at i, the loss is computed at `end`, node i runs backward at
// 2 · end - i.
NetworkPlan::NetworkPlan(const Graph& graph, const Backend& backend, PassSpec pass, NetworkUse use)
    : spec(std::move(pass)),
      facts(graph, spec),
      end(end_of(graph, spec)),
      by_image(nodes_by_image(graph, spec, facts, end)),
      graph_(graph) {
  check_values(spec.keep);
  check_values(spec.gradients_of);
  planned_values_.resize(end + 1);
  planned_grads_.resize(end + 1);
  planned_nodes_.resize(end);
  plan_forward(backend, use);
  nodes.resize(end);
  if (spec.has_backward()) plan_backward();
  memory = plan_memory(blocks_);
}

void NetworkPlan::check_values(const std::vector<size_t>& values_) const {
  for (const size_t value : values_) {
    if (value > end)
      fail("[network] the pass does not compute value {}; the last is {}", value, end);
  }
}

size_t NetworkPlan::add_block(uint64_t bytes, size_t first, size_t last) {
  blocks_.push_back({bytes, first, last});
  return blocks_.size() - 1;
}

void NetworkPlan::extend(size_t block, size_t moment) {
  blocks_[block].first = std::min(blocks_[block].first, moment);
  blocks_[block].last = std::max(blocks_[block].last, moment);
}

PlannedTensor NetworkPlan::new_tensor(const Shape& sample, size_t moment, int64_t batch) {
  const Shape shape = sample.with_batch(batch);
  return {shape,
          add_block(static_cast<uint64_t>(shape.elements()) * sizeof(float), moment, moment)};
}

void NetworkPlan::plan_forward(const Backend& backend, NetworkUse use) {
  const size_t n = end;
  planned_values_[0] = new_tensor(graph_.input_shape(), 0, spec.batch);
  uint64_t workspace_bytes = 0;
  for (size_t i = 0; i < n; ++i) {
    const Node& node = graph_.nodes()[i];
    const BackwardNeeds needs = node.layer->backward_needs();
    // Before the first trainable layer nothing runs backward, so nothing is kept for it.
    const bool runs_backward = spec.has_backward() && facts.needs_grad[i + 1];
    const size_t backward = 2 * n - i;
    PlannedTensor& output = planned_values_[i + 1];
    if (node.layer->is_view(spec.mode) || facts.folded[i]) {
      output = {node.output_shape.with_batch(batch_of(i + 1)),
                planned_values_[node.inputs[0]].block};
    } else {
      output = new_tensor(node.output_shape, i, batch_of(i + 1));
    }
    for (const size_t input : node.inputs) {
      extend(planned_values_[input].block, i);
      if (runs_backward && needs.inputs) extend(planned_values_[input].block, backward);
    }
    if (runs_backward && (needs.output || facts.backward_activation[i] != Activation::none))
      extend(output.block, backward);
    if (spec.has_backward()) {
      for (const Shape& shape : node.layer->saved_shapes(node.input_shapes)) {
        planned_nodes_[i].saved.push_back(new_tensor(shape, i, spec.batch));
        if (runs_backward) extend(planned_nodes_[i].saved.back().block, backward);
      }
    }
    const bool constant = node.frozen || use == NetworkUse::inference;
    const int64_t batch = i < by_image ? 1 : spec.batch;
    workspace_bytes = std::max(
        workspace_bytes, node.layer->workspace_bytes(backend, batch, node.input_shapes, constant));
  }
  if (by_image > 0) {  // every image reads the input and writes the last of these values
    extend(planned_values_[0].block, by_image - 1);
    extend(planned_values_[by_image].block, 0);
  }
  extend(planned_values_[n].block, n);
  for (const size_t value : spec.keep) extend(planned_values_[value].block, 2 * n);
  workspace_block_ = add_block(workspace_bytes, 0, 2 * n);
  plan_folded();
}

// Folded weights persist between passes, so no other tensor may use their memory.
void NetworkPlan::plan_folded() {
  const size_t n = end;
  for (size_t i = 0; i < n; ++i) {
    if (!facts.normalization[i]) continue;
    for (const Shape& shape : FoldedLayer::shapes(graph_.nodes()[i])) {
      const auto bytes = static_cast<uint64_t>(shape.elements()) * sizeof(float);
      planned_nodes_[i].folded.push_back({shape, add_block(bytes, 0, 2 * n)});
    }
  }
}

void NetworkPlan::plan_backward() {
  const size_t n = end;
  if (facts.needs_grad[n]) planned_grads_[n] = new_tensor(graph_.value_shape(n), n, spec.batch);
  for (size_t i = n; i-- > 0;) {
    const Node& node = graph_.nodes()[i];
    const size_t backward = 2 * n - i;
    nodes[i].routes.assign(node.inputs.size(), GradRoute::none);
    planned_nodes_[i].extra.resize(node.inputs.size());
    if (planned_grads_[i + 1].block == PlannedTensor::no_block) continue;
    extend(planned_grads_[i + 1].block, backward);
    const bool view = node.layer->is_view(spec.mode) || facts.folded[i];
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      const size_t input = node.inputs[k];
      if (!facts.needs_grad[input]) continue;
      const Shape& shape = graph_.value_shape(input);
      PlannedTensor& grad = planned_grads_[input];
      GradRoute& route = nodes[i].routes[k];
      if (grad.block != PlannedTensor::no_block) {
        route = GradRoute::add;
        if (!view) planned_nodes_[i].extra[k] = new_tensor(shape, backward, spec.batch);
      } else if (view) {
        route = GradRoute::share;
        grad = {shape.with_batch(spec.batch), planned_grads_[i + 1].block};
      } else {
        route = GradRoute::write;
        grad = new_tensor(shape, backward, spec.batch);
      }
    }
  }
  for (const size_t value : spec.gradients_of) {
    PlannedTensor& kept = planned_kept_grads_.emplace_back();
    if (planned_grads_[value].block == PlannedTensor::no_block) continue;  // no path to the output
    // Copied when all layers that read the value have added to its gradient.
    const size_t complete = 2 * n - value;
    extend(planned_grads_[value].block, complete);
    kept = new_tensor(graph_.value_shape(value), complete, spec.batch);
    extend(kept.block, 2 * n);
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
  kept_grads = place_all(planned_kept_grads_);
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
      if (spec.has_backward()) {
        const Tensor extra = place(planned_nodes_[i].extra[k]);
        tensors.grad_inputs.push_back(extra ? extra : grads[node.inputs[k]]);
      }
    }
    tensors.backward_inputs = tensors.inputs;
    if (!needs.inputs) {
      for (Tensor& input : tensors.backward_inputs) input.memory = nullptr;
    }
    const bool output = needs.output || facts.backward_activation[i] != Activation::none;
    tensors.backward_output = output ? values[i + 1] : Tensor{};
  }
}

}  // namespace convlab
