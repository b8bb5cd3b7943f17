#pragma once

#include "optim/optimizer.h"

namespace convlab {

/// Options of Adagrad as in Keras. In PyTorch the sum of squares starts at 0, and epsilon is 1e-10
/// and added outside the root.
struct AdagradOptions {
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  WeightDecay decay = {};

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// The Adagrad optimizer; see AdagradDesc for the formulas.
class Adagrad final : public Optimizer {
 public:
  explicit Adagrad(const AdagradOptions& options = {});

  std::string_view kind() const override { return "adagrad"; }
  Options options() const override;
  size_t state_count() const override { return 1; }
  double state_start(size_t) const override { return options_.initial_accumulator_value; }

 private:
  void update_part(Backend& backend, const Rates& rates, const Tensor& values, const Tensor& grads,
                   std::span<const Tensor> states) const override;

  AdagradOptions options_;
};

}  // namespace convlab
