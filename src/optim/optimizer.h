#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "backend/backend.h"
#include "core/options.h"
#include "core/parameter.h"

namespace convlab {

/// Decoupled weight decay, applied before each update: w -= lr · weight_decay · w, separately from
/// the gradient (Loshchilov and Hutter 2019). As in Keras, every optimizer supports it, and biases
/// and normalisation scales decay too unless decay_biases is false. In PyTorch only AdamW works
/// like this; the other optimizers add weight_decay · w to the gradient.
struct WeightDecay {
  double weight_decay = 0;
  bool decay_biases = true;

  template <class Visitor>
  void visit(Visitor& visitor) {
    visitor.number("weight_decay", weight_decay, 0, 1,
                   "fraction of each weight, times the learning rate, that every update subtracts");
    visitor.flag("decay_biases", decay_biases,
                 "weight decay also applies to biases and normalization scales");
  }
};

/// Base class of optimizers: rules that update the parameters from their gradients. It holds only
/// the options; the state kept between steps lies in `states`, `state_count` flat buffers
/// initialised with `state_start`. The learning rate and the update number come from
/// Backend::set_step.
class Optimizer {
 public:
  static constexpr size_t max_states = 3;

  explicit Optimizer(const WeightDecay& decay) : decay_(decay) {}
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer() = default;

  virtual std::string_view kind() const = 0;
  virtual Options options() const = 0;
  /// Number of state buffers, at most max_states.
  virtual size_t state_count() const = 0;
  /// Initial value of every element of a state.
  virtual double state_start(size_t /*state*/) const { return 0; }

  /// Performs one update. All tensors are flat and have the same size; `ranges` are all elements in
  /// their order (Network::ranges).
  void update(Backend& backend, const Tensor& values, const Tensor& grads,
              std::span<const Tensor> states, std::span<const TrainableRange> ranges) const;

 protected:
  /// How elements are updated that share this.
  struct Rates {
    float weight_decay = 0;
    float learning_rate_factor = 1;

    bool operator==(const Rates&) const = default;
  };
  virtual void update_part(Backend& backend, const Rates& rates, const Tensor& values,
                           const Tensor& grads, std::span<const Tensor> states) const = 0;

 private:
  Rates rates_of(const TrainableRange& range) const;

  WeightDecay decay_;
};

/// An optimizer kind and its factory.
struct OptimizerKind {
  std::string_view kind;
  std::string_view title;
  double learning_rate;  ///< default
  std::vector<OptionField> (*options)();
  std::unique_ptr<Optimizer> (*make)(const Options& options);
};

std::span<const OptimizerKind> optimizer_kinds();

/// Returns the kind with this name. Throws Error that lists the known kinds.
const OptimizerKind& find_optimizer(std::string_view kind);

}  // namespace convlab
