#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "explain/explain_options.h"
#include "explain/scored_network.h"

/// Explanations of what a network predicts for an image: a number for each of its regions.
namespace convlab {

/// Computes an explanation in short slices.
class Explainer {
 public:
  Explainer() = default;
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;
  virtual ~Explainer() = default;

  /// Does the next slice; returns whether it was the last one. Throws Error if the network's output
  /// is not finite.
  virtual bool advance() = 0;
  /// Returns the completed fraction, 0 to 1.
  virtual double progress() const = 0;
  /// Returns the explanation after the last slice.
  virtual Explanation result() = 0;
};

/// A method and its factory.
struct ExplainMethod {
  std::string_view name;
  std::string_view title;
  std::string_view publication;
  std::unique_ptr<Explainer> (*make)(ScoredNetwork network, std::vector<uint8_t> pixels,
                                     const ExplainOptions& options);
};

/// gradcam: max(0, Σ a_k · A_k) over the feature maps A_k of a layer, where a_k is the mean over
/// the pixels of the gradient of the class score with respect to A_k; shape of the feature maps.
/// saliency: |gradient of the class score with respect to the network's input|, the largest of the
/// channels; shape of the image.
/// smoothgrad: the same for the mean of the gradients at `samples` inputs with Gaussian noise,
/// whose standard deviation is `noise` times the difference of the largest and the smallest input.
/// occlusion: by how much the probability of the class (its score if there are no probabilities)
/// falls when a square of mid-grey (128) covers the image. The positions are evenly spaced, at most
/// `stride` pixels apart, and a square extends beyond the edge where its centre is close to it.
std::span<const ExplainMethod> explain_methods();

/// Makes an explainer for an image, the bytes [height, width, channels] of the network's input.
/// The network must outlive it; other passes may run between two slices. Throws Error for an
/// unknown method, layer or class, options out of range, and an image of another size.
std::unique_ptr<Explainer> make_explainer(ScoredNetwork network, std::vector<uint8_t> pixels,
                                          const ExplainOptions& options);

/// Explains an image at once.
Explanation explain(ScoredNetwork network, std::vector<uint8_t> pixels,
                    const ExplainOptions& options);

}  // namespace convlab
