#pragma once

#include "optim/optimizer.h"

namespace convlab {

/// As Keras' Adam.
struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// As Keras' AdamW.
struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0.004;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Adam, and AdamW (with decoupled weight decay); the formulas stand at AdamDesc.
class Adam final : public Optimizer {
 public:
  explicit Adam(const AdamOptions& options = {});
  explicit Adam(const AdamWOptions& options);

  std::string_view kind() const override { return decays_ ? "adamw" : "adam"; }
  Options options() const override;
  size_t state_count() const override { return 2; }
  void update(Backend& backend, const Tensor& values, const Tensor& grads,
              std::span<const Tensor> states) const override;

 private:
  AdamWOptions options_;
  bool decays_;
};

}  // namespace convlab
