#include "loss/softmax_cross_entropy.h"

namespace convlab {

template <class Visitor>
void SoftmaxCrossEntropyOptions::visit(Visitor& visitor) {
  visitor.number("label_smoothing", label_smoothing, 0, 0.999,
                 "fraction of each target that is spread evenly over all classes");
}
template void SoftmaxCrossEntropyOptions::visit(OptionReader&);
template void SoftmaxCrossEntropyOptions::visit(OptionLister&);

SoftmaxCrossEntropy::SoftmaxCrossEntropy(const SoftmaxCrossEntropyOptions& options)
    : options_(checked_options("softmax_cross_entropy", options)) {}

Options SoftmaxCrossEntropy::options() const { return write_options(options_); }

void SoftmaxCrossEntropy::run(Backend& backend, const Tensor& outputs, const LossTargets& targets,
                              const Tensor& class_weights, const Tensor& grad,
                              const Tensor& sums) const {
  const CrossEntropyDesc desc{.label_smoothing = static_cast<float>(options_.label_smoothing)};
  backend.softmax_cross_entropy(desc, outputs, targets, class_weights, grad, sums);
}

}  // namespace convlab
