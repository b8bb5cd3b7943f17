#include "explain/scored_network.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

constexpr std::array<std::string_view, 2> activations{"softmax", "sigmoid"};

/// Returns the one of `activations` of this name; empty if there is none.
std::string_view known_activation(std::string_view kind) {
  const auto found = std::find(activations.begin(), activations.end(), kind);
  return found == activations.end() ? std::string_view() : *found;
}

double softmax(std::span<const float> scores, int32_t index) {
  const float max = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float score : scores) sum += std::exp(double{score} - max);
  return std::exp(double{scores[static_cast<size_t>(index)]} - max) / sum;
}

double sigmoid(double score) { return 1 / (1 + std::exp(-score)); }

/// The score of a class: an output, or for a single output z that of one of two classes, -z and z.
float score_of(std::span<const float> outputs, int32_t index) {
  if (outputs.size() == 1) return index == 0 ? -outputs[0] : outputs[0];
  return outputs[static_cast<size_t>(index)];
}

}  // namespace

ScoredNetwork::ScoredNetwork(Network& network, std::string_view activation)
    : network_(network), activation_(known_activation(activation)) {
  const Graph& graph = network.graph();
  if (graph.input_shape().rank() != 3) {
    fail(
        "[explain] the network's input has the shape {}; expected an image (height, width, "
        "channels)",
        graph.input_shape());
  }
  scores_value_ = graph.nodes().size();
  const Node& last = graph.nodes().back();
  if (const std::string_view final = known_activation(last.layer->kind());
      !final.empty() && last.inputs[0] > 0) {
    activation_ = final;
    scores_value_ = last.inputs[0];
  }
  outputs_ = graph.value_shape(scores_value_).elements();
}

std::vector<float> ScoredNetwork::input_of(std::span<const uint8_t> pixels) const {
  if (pixels.size() != static_cast<size_t>(image().elements())) {
    fail("[explain] an image has {}; the network expects {} for the shape {}",
         counted(pixels.size(), "byte"), image().elements(), image());
  }
  const auto channels = static_cast<size_t>(graph().input_channels());
  const std::vector<float> scales = graph().normalization().scales(graph().input_channels());
  const std::vector<float> offsets = graph().normalization().offsets(graph().input_channels());
  std::vector<float> input(pixels.size());
  for (size_t i = 0; i < pixels.size(); ++i)
    input[i] = static_cast<float>(pixels[i]) * scales[i % channels] + offsets[i % channels];
  return input;
}

std::vector<float> ScoredNetwork::forward(std::span<const float> inputs, PassSpec spec) {
  batch_ = static_cast<int64_t>(inputs.size()) / image().elements();
  spec.mode = Mode::eval;
  spec.batch = batch_;
  if (!spec.last_node) spec.last_node = scores_value_ - 1;
  const Tensor input = network_.prepare(spec);
  network_.backend().upload(inputs.data(), input);
  std::vector<float> outputs = read(network_.forward());
  if (!std::all_of(outputs.begin(), outputs.end(), [](float x) { return std::isfinite(x); })) {
    fail(
        "[explain] the output of {} for this image is not finite: weights of the network are NaN "
        "or too large",
        graph().nodes()[*spec.last_node].name);
  }
  return outputs;
}

void ScoredNetwork::backward(int32_t index) {
  const auto outputs = static_cast<size_t>(outputs_);
  std::vector<float> grad(outputs * static_cast<size_t>(batch_));
  const size_t first = outputs == 1 ? 0 : static_cast<size_t>(index);
  for (size_t i = first; i < grad.size(); i += outputs)
    grad[i] = outputs == 1 && index == 0 ? -1.0F : 1.0F;
  network_.backend().upload(grad.data(), network_.output_grad());
  network_.backward();
}

std::vector<float> ScoredNetwork::gradient(size_t index) const {
  const Tensor& gradient = network_.gradient(index);
  if (!gradient) fail("[explain] the class scores do not depend on this layer");
  return read(gradient);
}

std::vector<float> ScoredNetwork::read(const Tensor& tensor) const {
  const std::unique_ptr<ReadBack> read = network_.backend().read_back(tensor);
  return {read->values().begin(), read->values().end()};
}

void ScoredNetwork::check_class(int64_t index) const {
  if (index >= -1 && index < classes()) return;
  fail("[explain] class {}: the network has {}, numbered from 0; -1 is the predicted one", index,
       counted(classes(), "class"));
}

ExplainedClass ScoredNetwork::class_of(std::span<const float> outputs, int64_t index) const {
  ExplainedClass result{.index = static_cast<int32_t>(index)};
  if (index < 0) {
    const auto best = std::max_element(outputs.begin(), outputs.end());
    result.index =
        outputs_ == 1 ? int32_t{*best > 0} : static_cast<int32_t>(best - outputs.begin());
  }
  result.score = score_of(outputs, result.index);
  result.probability = probability(outputs, result.index);
  result.is_probability = !activation_.empty();
  return result;
}

double ScoredNetwork::probability(std::span<const float> outputs, int32_t index) const {
  if (activation_ == "softmax" && outputs.size() > 1) return softmax(outputs, index);
  const float score = score_of(outputs, index);
  return activation_.empty() ? score : sigmoid(score);
}

}  // namespace convlab
