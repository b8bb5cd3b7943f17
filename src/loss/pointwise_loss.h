#pragma once

#include <vector>

#include "loss/class_weights.h"
#include "loss/loss.h"

namespace convlab {

/// Base class of losses computed for each output separately; the loss of a row is the mean over its
/// outputs.
class PointwiseLoss : public Loss {
 public:
  PointwiseLoss(std::string_view kind, const PointwiseLossDesc& desc,
                std::vector<double> class_weights);

  std::string_view kind() const final { return kind_; }
  void prepare(Backend& backend, int64_t outputs) final;
  void run(Backend& backend, const Tensor& outputs, const Tensor& targets, const Tensor& grad,
           const Tensor& sums) const final;

 private:
  std::string_view kind_;
  PointwiseLossDesc desc_;
  ClassWeights class_weights_;
};

}  // namespace convlab
