#pragma once

#include "optim/optimizer.h"

namespace convlab {

/// Options of RMSprop as in Keras. In PyTorch rho (called alpha) is 0.99, and epsilon is 1e-8 and
/// added outside the root.
struct RmspropOptions {
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
  WeightDecay decay = {};

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// The RMSprop optimizer; see RmspropDesc for the formulas.
class Rmsprop final : public Optimizer {
 public:
  explicit Rmsprop(const RmspropOptions& options = {});

  std::string_view kind() const override { return "rmsprop"; }
  Options options() const override;
  /// States: the moving mean of the squares, then, if used, the momenta and the moving mean of the
  /// gradients.
  size_t state_count() const override {
    return size_t{1} + (has_momentum() ? 1 : 0) + (options_.centered ? 1 : 0);
  }

 private:
  bool has_momentum() const { return options_.momentum > 0; }
  void update_part(Backend& backend, const Rates& rates, const Tensor& values, const Tensor& grads,
                   std::span<const Tensor> states) const override;

  RmspropOptions options_;
};

}  // namespace convlab
