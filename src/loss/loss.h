#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "backend/backend.h"
#include "core/options.h"

namespace convlab {

/// Base class of losses: the function that training minimizes. One call computes the value and the
/// gradient. Losses keep no state.
class Loss {
 public:
  Loss() = default;
  Loss(const Loss&) = delete;
  Loss& operator=(const Loss&) = delete;
  virtual ~Loss() = default;

  virtual std::string_view kind() const = 0;
  virtual Options options() const { return {}; }
  /// Returns the kind of the activation layer that the loss contains, as Keras' from_logits=True:
  /// "softmax", "sigmoid"; empty if none. It expects outputs without that layer.
  virtual std::string_view activation() const { return {}; }
  /// Sets `predictions` to what `outputs` predict, both f32 [batch, n]: probabilities by
  /// activation(), or the outputs as they are if the loss contains none. The predicted class is
  /// that of the largest.
  virtual void predict(Backend& backend, const Tensor& outputs, const Tensor& predictions) const {
    backend.copy(outputs, predictions);
  }
  /// Adds [Σ loss, correct rows, rows] of this batch to `sums`, f32 [3]. Unless null, grad is set
  /// to the gradient of the mean loss with respect to `outputs`, f32 [batch, n]. targets: i32
  /// [batch] classes, two mixed classes per sample (LossTargets), or f32 [batch, n] values; classes
  /// are used as one-hot rows (as the value 0 or 1 if n is 1), and the class of a mixed row or of a
  /// row of values is its first maximum. class_weights: see ClassWeights; null for all 1. The mean
  /// is Keras' sum_over_batch_size: over the batch, and for pointwise losses also over all n.
  virtual void run(Backend& backend, const Tensor& outputs, const LossTargets& targets,
                   const Tensor& class_weights, const Tensor& grad, const Tensor& sums) const = 0;
};

/// A loss kind and its factory.
struct LossKind {
  std::string_view kind;
  std::string_view title;
  std::vector<OptionField> (*options)();
  std::unique_ptr<Loss> (*make)(std::string_view kind, const Options& options);
};

std::span<const LossKind> loss_kinds();

/// Creates a loss. Throws Error that lists the known kinds if `kind` is unknown, or names the
/// invalid option.
std::unique_ptr<Loss> make_loss(std::string_view kind, const Options& options);

}  // namespace convlab
