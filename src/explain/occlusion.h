#pragma once

#include "explain/explanation.h"

namespace convlab {

/// Covers the image with a square of mid-grey at one position after the other; see explain_methods.
/// A batch of such images in each slice.
class Occlusion final : public Explainer {
 public:
  static constexpr int64_t max_positions = 10'000;
  static constexpr uint8_t grey = 128;

  /// Throws Error for a patch that covers no pixel or more than the image, a stride that is longer
  /// than the image, and more than max_positions positions.
  Occlusion(ScoredNetwork network, std::vector<uint8_t> pixels, const ExplainOptions& options);

  bool advance() override;
  double progress() const override {
    return static_cast<double>(fall_.values.size()) / static_cast<double>(positions());
  }
  Explanation result() override { return {.explained = explained_, .map = fall_, .layer = {}}; }

 private:
  /// The image with the square at position `index`, in row-major order.
  std::vector<uint8_t> occluded(int64_t index) const;
  int64_t positions() const { return fall_.height * fall_.width; }

  ScoredNetwork network_;
  std::vector<uint8_t> pixels_;
  int64_t class_index_;
  int64_t patch_;
  bool has_class_ = false;
  ExplainedClass explained_;
  ImageMap fall_;
};

}  // namespace convlab
