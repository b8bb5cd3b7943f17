#pragma once

#include "optim/optimizer.h"

namespace convlab {

/// As Keras' RMSprop; PyTorch's rho (alpha) is 0.99, its epsilon 1e-8, beside the root.
struct RmspropOptions {
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
  WeightDecay decay = {};

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// RMSprop; the formulas stand at RmspropDesc.
class Rmsprop final : public Optimizer {
 public:
  explicit Rmsprop(const RmspropOptions& options = {});

  std::string_view kind() const override { return "rmsprop"; }
  Options options() const override;
  /// The moving mean of the squares, then, where they are used, the momenta and the moving mean.
  size_t state_count() const override {
    return size_t{1} + (has_momentum() ? 1 : 0) + (options_.centered ? 1 : 0);
  }

 private:
  bool has_momentum() const { return options_.momentum > 0; }
  void update_part(Backend& backend, float weight_decay, const Tensor& values, const Tensor& grads,
                   std::span<const Tensor> states) const override;

  RmspropOptions options_;
};

}  // namespace convlab
