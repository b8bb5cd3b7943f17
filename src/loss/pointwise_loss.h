#pragma once

#include <vector>

#include "loss/class_weights.h"
#include "loss/loss.h"

namespace convlab {

/// A loss of each output alone, whose mean over a row is the row's loss.
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
