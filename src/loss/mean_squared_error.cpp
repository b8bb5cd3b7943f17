#include "loss/mean_squared_error.h"

namespace convlab {

template <class Visitor>
void MeanSquaredErrorOptions::visit(Visitor& visitor) {
  visitor.numbers("class_weights", class_weights, 0, ClassWeights::max);
}
template void MeanSquaredErrorOptions::visit(OptionReader&);

MeanSquaredError::MeanSquaredError(const MeanSquaredErrorOptions& options)
    : PointwiseLoss("mean_squared_error", {.kind = PointwiseLossKind::squared_error},
                    options.class_weights),
      options_(checked_options("mean_squared_error", options)) {}

Options MeanSquaredError::options() const { return write_options(options_); }

}  // namespace convlab
