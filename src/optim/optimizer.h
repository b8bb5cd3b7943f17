#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "backend/backend.h"
#include "core/options.h"

namespace convlab {

/// A rule that moves the parameters along their gradients. Holds its options only; what it
/// remembers from step to step lies in `states`, as many flat buffers as `state_count`, zero at the
/// start. Learning rate and step number come from Backend::set_step.
class Optimizer {
 public:
  Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer() = default;

  virtual std::string_view kind() const = 0;
  virtual Options options() const { return {}; }
  virtual size_t state_count() const = 0;
  virtual void update(Backend& backend, const Tensor& values, const Tensor& grads,
                      std::span<const Tensor> states) const = 0;
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
