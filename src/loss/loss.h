#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "backend/backend.h"
#include "core/options.h"

namespace convlab {

/// What training makes small. One call gives the value and the gradient.
class Loss {
 public:
  Loss() = default;
  Loss(const Loss&) = delete;
  Loss& operator=(const Loss&) = delete;
  virtual ~Loss() = default;

  virtual std::string_view kind() const = 0;
  virtual Options options() const { return {}; }
  /// Adds [Σ loss, correct rows, rows] of this batch to `sums`, f32 [3]. grad, unless null, becomes
  /// the gradient of the batch's mean loss with respect to `outputs`. outputs: [batch, classes];
  /// labels: i32 [batch].
  virtual void run(Backend& backend, const Tensor& outputs, const Tensor& labels,
                   const Tensor& grad, const Tensor& sums) const = 0;
};

/// A kind of loss, by name.
struct LossKind {
  std::string_view kind;
  std::unique_ptr<Loss> (*make)(const Options& options);
};

std::span<const LossKind> loss_kinds();

/// Throws Error that lists the known kinds, or says which option is wrong.
std::unique_ptr<Loss> make_loss(std::string_view kind, const Options& options);

}  // namespace convlab
