#include "loss/binary_cross_entropy.h"

namespace convlab {

template <class Visitor>
void BinaryCrossEntropyOptions::visit(Visitor& visitor) {
  visitor.number("label_smoothing", label_smoothing, 0, 0.999,
                 "fraction by which each target moves towards 0.5");
}
template void BinaryCrossEntropyOptions::visit(OptionReader&);
template void BinaryCrossEntropyOptions::visit(OptionLister&);

BinaryCrossEntropy::BinaryCrossEntropy(const BinaryCrossEntropyOptions& options)
    : PointwiseLoss("binary_cross_entropy",
                    {.kind = PointwiseLossKind::binary_cross_entropy,
                     .label_smoothing = static_cast<float>(options.label_smoothing)}),
      options_(checked_options("binary_cross_entropy", options)) {}

Options BinaryCrossEntropy::options() const { return write_options(options_); }

}  // namespace convlab
