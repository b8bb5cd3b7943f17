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
  /// Uploads what the loss keeps on the device, once before the first run: class weights, for rows
  /// of `outputs` numbers. Throws Error when their number does not fit. The backend must outlive
  /// the loss.
  virtual void prepare(Backend& backend, int64_t outputs) = 0;
  /// Adds [Σ loss, correct rows, rows] of this batch to `sums`, f32 [3]. grad, unless null, becomes
  /// the gradient of the batch's mean loss with respect to `outputs`, f32 [batch, n]. targets: i32
  /// [batch], classes, or f32 [batch, n], values. Where a loss wants values, classes count as
  /// one-hot rows (where n is 1, as the value 0 or 1 itself), and where classes are counted as
  /// correct, a row of values is of the class of its first largest. The mean is Keras'
  /// sum_over_batch_size: over all n where the loss is one of each output, then over the batch.
  virtual void run(Backend& backend, const Tensor& outputs, const Tensor& targets,
                   const Tensor& grad, const Tensor& sums) const = 0;
};

/// A kind of loss, by name.
struct LossKind {
  std::string_view kind;
  std::unique_ptr<Loss> (*make)(std::string_view kind, const Options& options);
};

std::span<const LossKind> loss_kinds();

/// Throws Error that lists the known kinds, or says which option is wrong.
std::unique_ptr<Loss> make_loss(std::string_view kind, const Options& options);

}  // namespace convlab
