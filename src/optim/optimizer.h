#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "backend/backend.h"
#include "core/options.h"

namespace convlab {

/// What shrinks before each update: w -= lr · weight_decay · w, apart from the gradient (Loshchilov
/// and Hutter 2019). As in Keras every kind has it and biases (and the scales of normalisations)
/// decay like weights unless decay_biases is false; PyTorch does so in AdamW only, elsewhere it
/// adds weight_decay · w to the gradient.
struct WeightDecay {
  double weight_decay = 0;
  bool decay_biases = true;

  template <class Visitor>
  void visit(Visitor& visitor) {
    visitor.number("weight_decay", weight_decay, 0, 1);
    visitor.flag("decay_biases", decay_biases);
  }
};

/// A rule that moves the parameters along their gradients. Holds its options only; what it
/// remembers from step to step lies in `states`, as many flat buffers as `state_count`, each full
/// of its `state_start`. Learning rate and update number come from Backend::set_step.
class Optimizer {
 public:
  static constexpr size_t max_states = 3;

  explicit Optimizer(const WeightDecay& decay) : decay_(decay) {}
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer() = default;

  virtual std::string_view kind() const = 0;
  virtual Options options() const = 0;
  /// At most max_states.
  virtual size_t state_count() const = 0;
  /// Every element of a state before the first update.
  virtual double state_start(size_t /*state*/) const { return 0; }

  /// One update. All tensors are flat and of the same size; the first `weight_elements` elements
  /// are weights, the others biases (as in Network::values).
  void update(Backend& backend, const Tensor& values, const Tensor& grads,
              std::span<const Tensor> states, int64_t weight_elements) const;

 protected:
  /// The same for a part of the elements that all decay alike.
  virtual void update_part(Backend& backend, float weight_decay, const Tensor& values,
                           const Tensor& grads, std::span<const Tensor> states) const = 0;

 private:
  WeightDecay decay_;
};

/// A kind of optimizer, by name.
struct OptimizerKind {
  std::string_view kind;
  std::string_view title;
  double learning_rate;  ///< default
  std::unique_ptr<Optimizer> (*make)(const Options& options);
};

std::span<const OptimizerKind> optimizer_kinds();

/// Throws Error that lists the known kinds.
const OptimizerKind& find_optimizer(std::string_view kind);

}  // namespace convlab
