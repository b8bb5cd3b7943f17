#include "explain/gradients.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/normal.h"
#include "core/random.h"
#include "explain/layers.h"

namespace convlab {

namespace {

/// The largest absolute value of each pixel's channels.
template <class Number>
ImageMap largest_of_channels(const std::vector<Number>& gradient, const Shape& image) {
  ImageMap map{.height = image[0], .width = image[1], .values = {}};
  const auto channels = static_cast<size_t>(image[2]);
  for (size_t i = 0; i < gradient.size(); i += channels) {
    Number max = 0;
    for (size_t c = 0; c < channels; ++c) max = std::max(max, std::abs(gradient[i + c]));
    map.values.push_back(static_cast<float>(max));
  }
  return map;
}

size_t cam_node(const ScoredNetwork& network, const std::string& layer) {
  const size_t node = layer.empty() ? default_layer(network) : find_layer(network.graph(), layer);
  check_has_size(network, node);
  if (node >= network.scores_value()) {
    fail("[explain] layer {} comes after the class scores, those of {}; choose an earlier one",
         network.graph().nodes()[node].name,
         network.graph().nodes()[network.scores_value() - 1].name);
  }
  return node;
}

void check_range(std::string_view name, double value, double min, double max) {
  if (!(value >= min && value <= max))
    fail("[explain] {} is {}; expected {} to {}", name, value, min, max);
}

}  // namespace

GradCam::GradCam(ScoredNetwork network, std::span<const uint8_t> pixels,
                 const ExplainOptions& options)
    : network_(network),
      input_(network.input_of(pixels)),
      class_index_(options.class_index),
      node_(cam_node(network, options.layer)) {}

bool GradCam::advance() {
  const Node& node = network_.graph().nodes()[node_];
  const size_t value = node_ + 1;
  const auto outputs = network_.forward(input_, {.keep = {value}, .gradients_of = {value}});
  result_.explained = network_.class_of(outputs, class_index_);
  result_.layer = node.name;
  network_.backward(result_.explained.index);
  const std::vector<float> maps = network_.kept(value);
  const std::vector<float> gradients = network_.gradient(0);
  const auto channels = static_cast<size_t>(node.output_shape[2]);
  const size_t pixels = maps.size() / channels;
  std::vector<double> weights(channels);
  for (size_t i = 0; i < maps.size(); ++i) weights[i % channels] += gradients[i];
  for (double& weight : weights) weight /= static_cast<double>(pixels);
  result_.map = {.height = node.output_shape[0], .width = node.output_shape[1], .values = {}};
  for (size_t p = 0; p < pixels; ++p) {
    double sum = 0;
    for (size_t c = 0; c < channels; ++c) sum += weights[c] * maps[p * channels + c];
    result_.map.values.push_back(static_cast<float>(std::max(sum, 0.0)));
  }
  return true;
}

Saliency::Saliency(ScoredNetwork network, std::span<const uint8_t> pixels,
                   const ExplainOptions& options)
    : network_(network), input_(network.input_of(pixels)), class_index_(options.class_index) {}

bool Saliency::advance() {
  const auto outputs = network_.forward(input_, {.gradients_of = {0}});
  result_.explained = network_.class_of(outputs, class_index_);
  network_.backward(result_.explained.index);
  result_.map = largest_of_channels(network_.gradient(0), network_.image());
  return true;
}

SmoothGrad::SmoothGrad(ScoredNetwork network, std::span<const uint8_t> pixels,
                       const ExplainOptions& options)
    : network_(network), options_(options), input_(network.input_of(pixels)), sum_(input_.size()) {
  check_range("samples", static_cast<double>(options.samples), 1, max_samples);
  check_range("noise", options.noise, 0, max_noise);
  const auto [min, max] = std::minmax_element(input_.begin(), input_.end());
  deviation_ = options.noise * (double{*max} - *min);
}

std::vector<float> SmoothGrad::noisy_input() const {
  std::vector<float> input = input_;
  Random random(options_.seed, static_cast<uint64_t>(done_));
  for (float& x : input) x = static_cast<float>(x + deviation_ * to_normal(random.next()));
  return input;
}

bool SmoothGrad::advance() {
  if (!has_class_) {  // of the image itself
    explained_ = network_.class_of(network_.forward(input_), options_.class_index);
    has_class_ = true;
    return false;
  }
  network_.forward(noisy_input(), {.gradients_of = {0}});
  network_.backward(explained_.index);
  const std::vector<float> gradient = network_.gradient(0);
  for (size_t i = 0; i < sum_.size(); ++i) sum_[i] += gradient[i];
  return ++done_ == options_.samples;
}

Explanation SmoothGrad::result() {
  std::vector<double> mean = sum_;
  for (double& x : mean) x /= static_cast<double>(options_.samples);
  return {.explained = explained_, .map = largest_of_channels(mean, network_.image()), .layer = {}};
}

}  // namespace convlab
