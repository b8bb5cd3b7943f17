#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/scored_network.h"

/// What single layers of a network hold and compute.
namespace convlab {

/// Returns the node of this name. Throws Error that lists the layers if there is none.
size_t find_layer(const Graph& graph, const std::string& layer);

/// Returns the first convolution (conv2d, depthwise_conv2d). Throws Error if there is none.
size_t first_convolution(const Graph& graph);

/// Returns the node whose feature maps Grad-CAM uses by default: the last one before the class
/// scores whose output has height and width of the last convolution's, so that of an activation
/// after it, or the layer that joins its branch with others. Convolutions whose output is a single
/// pixel do not count. Throws Error if there is none.
size_t default_layer(const ScoredNetwork& network);

/// Throws Error unless a node's output has a height and width, more than one pixel.
void check_has_size(const ScoredNetwork& network, size_t node);

/// Returns the kernels of a convolution, or the weights of a dense layer that reads the image
/// itself. An empty name means the first layer that has such. Throws Error for another layer.
LayerFilters layer_filters(const Network& network, const std::string& layer);

/// What a layer computes for an image, before any following activation.
struct FeatureMaps {
  std::string layer;
  Shape shape;                ///< (height, width, channels) or (units)
  std::vector<float> values;  ///< in row-major order
};

/// Returns the output of a layer for an image, the bytes [height, width, channels] of the network's
/// input. An empty name means default_layer. Throws Error for an unknown layer.
FeatureMaps feature_maps(ScoredNetwork network, std::span<const uint8_t> pixels,
                         const std::string& layer);

/// What there is to say about one feature map.
struct FeatureMapSummary {
  float min = 0;
  float max = 0;
  float mean = 0;
  int64_t row = 0;       ///< of the maximum
  int64_t column = 0;    ///< of the maximum
  bool is_dead = false;  ///< 0 everywhere, or below: a ReLU after it lets nothing through
};

/// Returns one for each channel.
std::vector<FeatureMapSummary> summaries(const Shape& shape, std::span<const float> values);

}  // namespace convlab
