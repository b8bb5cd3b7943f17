#pragma once

#include "explain/explanation.h"

/// The explanations that use gradients of the class score; see explain_methods for what they are.
namespace convlab {

class GradCam final : public Explainer {
 public:
  /// Throws Error for an unknown layer, and one whose output has no height and width or that is not
  /// among the layers up to the class scores.
  GradCam(ScoredNetwork network, std::span<const uint8_t> pixels, const ExplainOptions& options);

  bool advance() override;
  double progress() const override { return result_.map.values.empty() ? 0 : 1; }
  Explanation result() override { return result_; }

 private:
  ScoredNetwork network_;
  std::vector<float> input_;
  int64_t class_index_;
  size_t node_;
  Explanation result_;
};

class Saliency final : public Explainer {
 public:
  Saliency(ScoredNetwork network, std::span<const uint8_t> pixels, const ExplainOptions& options);

  bool advance() override;
  double progress() const override { return result_.map.values.empty() ? 0 : 1; }
  Explanation result() override { return result_; }

 private:
  ScoredNetwork network_;
  std::vector<float> input_;
  int64_t class_index_;
  Explanation result_;
};

/// One noisy image in each slice, after one for the class.
class SmoothGrad final : public Explainer {
 public:
  static constexpr int64_t max_samples = 10'000;
  static constexpr double max_noise = 10;

  /// Throws Error for samples or noise out of range.
  SmoothGrad(ScoredNetwork network, std::span<const uint8_t> pixels, const ExplainOptions& options);

  bool advance() override;
  double progress() const override {
    return static_cast<double>(done_) / static_cast<double>(options_.samples);
  }
  Explanation result() override;

 private:
  std::vector<float> noisy_input() const;

  ScoredNetwork network_;
  ExplainOptions options_;
  std::vector<float> input_;
  double deviation_ = 0;
  bool has_class_ = false;
  ExplainedClass explained_;
  std::vector<double> sum_;
  int64_t done_ = 0;
};

}  // namespace convlab
