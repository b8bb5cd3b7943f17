#include "loss/hinge.h"

namespace convlab {

template <class Visitor>
void HingeOptions::visit(Visitor& visitor) {
  visitor.numbers("class_weights", class_weights, 0, ClassWeights::max);
}
template void HingeOptions::visit(OptionReader&);

Hinge::Hinge(const HingeOptions& options)
    : PointwiseLoss("hinge", {.kind = PointwiseLossKind::hinge}, options.class_weights),
      options_(checked_options("hinge", options)) {}

Options Hinge::options() const { return write_options(options_); }

}  // namespace convlab
