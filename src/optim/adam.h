#pragma once

#include "optim/optimizer.h"

namespace convlab {

/// Options of Adam as in Keras. PyTorch's epsilon is 1e-8 and added to the bias-corrected root.
struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  WeightDecay decay = {};

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Options of AdamW as in Keras: Adam with weight decay by default. PyTorch's default decay is
/// 0.01.
struct AdamWOptions {
  AdamOptions adam{.decay = {.weight_decay = 0.004}};

  template <class Visitor>
  void visit(Visitor& visitor) {
    adam.visit(visitor);
  }
};

/// The Adam and AdamW optimizers; see AdamDesc for the formulas.
class Adam final : public Optimizer {
 public:
  explicit Adam(const AdamOptions& options = {}) : Adam("adam", options) {}
  explicit Adam(const AdamWOptions& options) : Adam("adamw", options.adam) {}

  std::string_view kind() const override { return kind_; }
  Options options() const override;
  size_t state_count() const override { return 2; }

 private:
  Adam(std::string_view kind, const AdamOptions& options);
  void update_part(Backend& backend, const Rates& rates, const Tensor& values, const Tensor& grads,
                   std::span<const Tensor> states) const override;

  std::string_view kind_;
  AdamOptions options_;
};

}  // namespace convlab
