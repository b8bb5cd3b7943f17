#include "nn/reference_network.h"

namespace convlab {

ReferenceNetwork::ReferenceNetwork(const Network& network, uint64_t seed, int64_t batch)
    : graph_(network.graph()), device_(network.backend()), seed_(seed), batch_(batch) {
  for (size_t i = 0; i < graph_.nodes().size(); ++i) {
    const Node& node = graph_.nodes()[i];
    slots_.emplace_back(node.layer->slots());
    std::vector<Tensor>& saved = saved_.emplace_back();
    for (const Shape& shape : node.layer->saved_shapes(node.input_shapes)) {
      saved.push_back(device_.output(shape.with_batch(batch)));
    }
    std::vector<Parameter>& parameters = parameters_.emplace_back();
    for (const Parameter& original : network.parameters_of(i)) {
      const Shape& shape = original.value.shape;
      const Tensor value = device_.tensor(shape, device_.read(original.value));
      parameters.push_back({original.name, value, device_.output(shape)});
    }
  }
}

Pass ReferenceNetwork::pass(size_t node) {
  const Node& n = graph_.nodes()[node];
  const auto bytes = static_cast<size_t>(
      n.layer->workspace_bytes(device_.backend(), batch_, n.input_shapes, n.frozen));
  return {.backend = device_.backend(),
          .mode = Mode::train,
          .frozen = n.frozen,
          .activation = Activation::none,
          .parameters = parameters_[node],
          .saved = saved_[node],
          .slots = slots_[node],
          .workspace = device_.workspace(bytes),
          .seed = seed_,
          .node = node};
}

std::vector<float> ReferenceNetwork::forward(const std::vector<float>& input) {
  values_ = {device_.tensor(graph_.input_shape().with_batch(batch_), input)};
  for (size_t i = 0; i < graph_.nodes().size(); ++i) {
    const Node& node = graph_.nodes()[i];
    std::vector<Tensor> inputs;
    for (const size_t value : node.inputs) inputs.push_back(values_[value]);
    const Tensor output = device_.output(node.output_shape.with_batch(batch_));
    if (node.layer->is_view(Mode::train)) {
      device_.backend().copy(inputs[0].reshaped(output.shape), output);
    } else {
      node.layer->forward(pass(i), inputs, output);
    }
    values_.push_back(output);
  }
  return device_.read(values_.back());
}

void ReferenceNetwork::backward(const std::vector<float>& grad_output) {
  Backend& backend = device_.backend();
  grads_.assign(values_.size(), {});
  grads_.back() = device_.tensor(values_.back().shape, grad_output);
  for (size_t i = graph_.nodes().size(); i-- > 0;) {
    if (!grads_[i + 1]) continue;
    const Node& node = graph_.nodes()[i];
    std::vector<Tensor> inputs;
    std::vector<Tensor> grad_inputs;
    for (const size_t value : node.inputs) {
      inputs.push_back(values_[value]);
      grad_inputs.push_back(device_.output(values_[value].shape));
    }
    if (node.layer->is_view(Mode::train)) {
      backend.copy(grads_[i + 1].reshaped(grad_inputs[0].shape), grad_inputs[0]);
    } else {
      node.layer->backward(pass(i), inputs, values_[i + 1], grads_[i + 1], grad_inputs);
    }
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      Tensor& sum = grads_[node.inputs[k]];
      if (sum) {
        backend.binary(BinaryOp::add, sum, grad_inputs[k], sum);
      } else {
        sum = grad_inputs[k];
      }
    }
  }
}

std::vector<std::vector<float>> ReferenceNetwork::parameter_grads() {
  std::vector<std::vector<float>> grads;
  for (const std::vector<Parameter>& parameters : parameters_) {
    for (const Parameter& parameter : parameters) grads.push_back(device_.read(parameter.grad));
  }
  return grads;
}

}  // namespace convlab
