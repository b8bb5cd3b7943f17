#pragma once

#include "optim/optimizer.h"

namespace convlab {

/// Options of SGD as in Keras.
struct SgdOptions {
  double momentum = 0;
  bool nesterov = false;
  WeightDecay decay = {};

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Stochastic gradient descent; see SgdDesc for the formulas.
class Sgd final : public Optimizer {
 public:
  explicit Sgd(const SgdOptions& options = {});

  std::string_view kind() const override { return "sgd"; }
  Options options() const override;
  size_t state_count() const override { return options_.momentum > 0 ? 1 : 0; }

 private:
  void update_part(Backend& backend, const Rates& rates, const Tensor& values, const Tensor& grads,
                   std::span<const Tensor> states) const override;

  SgdOptions options_;
};

}  // namespace convlab
