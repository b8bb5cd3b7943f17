#pragma once

#include <cstdint>
#include <string>

namespace convlab {

/// What to explain and how; each method (explanation.h) uses some of the options.
struct ExplainOptions {
  std::string method = "gradcam";
  int64_t class_index = -1;  ///< -1: the predicted class
  std::string layer;         ///< gradcam: its name; empty: default_layer
  int64_t samples = 50;      ///< smoothgrad: number of noisy images
  double noise = 0.15;       ///< smoothgrad: standard deviation of the noise
  uint64_t seed = 0;         ///< smoothgrad: random seed of the noise
  int64_t patch = 0;         ///< occlusion: pixels of a side; 0: a sixth of the shorter side
  int64_t stride = 0;        ///< occlusion: pixels between two patches; 0: a third of the patch
};

}  // namespace convlab
