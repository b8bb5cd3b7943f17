#include "loss/mean_absolute_error.h"

namespace convlab {

template <class Visitor>
void MeanAbsoluteErrorOptions::visit(Visitor& visitor) {
  visitor.numbers("class_weights", class_weights, 0, ClassWeights::max);
}
template void MeanAbsoluteErrorOptions::visit(OptionReader&);

MeanAbsoluteError::MeanAbsoluteError(const MeanAbsoluteErrorOptions& options)
    : PointwiseLoss("mean_absolute_error", {.kind = PointwiseLossKind::absolute_error},
                    options.class_weights),
      options_(checked_options("mean_absolute_error", options)) {}

Options MeanAbsoluteError::options() const { return write_options(options_); }

}  // namespace convlab
