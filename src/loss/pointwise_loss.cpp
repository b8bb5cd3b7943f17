#include "loss/pointwise_loss.h"

#include <utility>

namespace convlab {

PointwiseLoss::PointwiseLoss(std::string_view kind, const PointwiseLossDesc& desc,
                             std::vector<double> class_weights)
    : kind_(kind), desc_(desc), class_weights_(kind, std::move(class_weights)) {}

void PointwiseLoss::prepare(Backend& backend, int64_t outputs) {
  class_weights_.upload(backend, outputs);
}

void PointwiseLoss::run(Backend& backend, const Tensor& outputs, const Tensor& targets,
                        const Tensor& grad, const Tensor& sums) const {
  backend.pointwise_loss(desc_, outputs, targets, class_weights_.tensor(), grad, sums);
}

}  // namespace convlab
