#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/image_map.h"

/// What the methods of this folder find.
namespace convlab {

/// The class whose score is explained.
struct ExplainedClass {
  int32_t index = 0;
  double score = 0;             ///< before a softmax or sigmoid
  double probability = 0;       ///< the score, if the network predicts no probabilities
  bool is_probability = false;  ///< of `probability`
};

struct Explanation {
  ExplainedClass explained;
  ImageMap map;
  std::string layer;  ///< whose feature maps were used; empty if none
};

/// The weights of a layer that can be looked at.
struct LayerFilters {
  std::string layer;
  int64_t count = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<float> weights;  ///< [count, height, width, channels]
};

/// How a convolution computes one number of its output: Σ patch · kernel + bias.
struct PixelArithmetic {
  std::string layer;
  int64_t row = 0;      ///< of the output
  int64_t column = 0;   ///< of the output
  int64_t channel = 0;  ///< of the output: the filter
  int64_t height = 0;   ///< of the window
  int64_t width = 0;
  int64_t channels = 0;          ///< that the filter reads
  int64_t first_channel = 0;     ///< of them, in the input; above 0 only with groups
  int64_t top = 0;               ///< row of the padded input at which the window begins
  int64_t left = 0;              ///< column of the padded input
  int64_t pad_top = 0;           ///< rows of zeros above the input
  int64_t pad_left = 0;          ///< columns of zeros left of the input
  int64_t row_step = 1;          ///< between two rows of the window: the dilation
  int64_t column_step = 1;       ///< between two columns
  std::vector<float> patch;      ///< [height, width, channels]: the input, 0 for padding
  std::vector<float> kernel;     ///< [height, width, channels]
  std::vector<double> products;  ///< [height, width, channels], exact
  double bias = 0;
  double sum = 0;     ///< of products and bias
  double output = 0;  ///< what the network computed, before any following activation
};

}  // namespace convlab
