#pragma once

#include <vector>

#include "nn/layer.h"

namespace convlab {

/// As Keras' Reshape.
struct ReshapeOptions {
  std::vector<double> shape;  ///< per sample; one dimension may be -1 and is then inferred

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Changes the shape of a sample; elements keep their row-major order. A view: no data is copied.
class Reshape final : public Layer {
 public:
  static const LayerInfo info;

  explicit Reshape(const ReshapeOptions& options);

  std::string_view kind() const override { return "reshape"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  bool is_view(Mode) const override { return true; }
  void forward(const Pass&, std::span<const Tensor>, const Tensor&) const override {}
  void backward(const Pass&, std::span<const Tensor>, const Tensor&, const Tensor&,
                std::span<const Tensor>) const override {}

 private:
  ReshapeOptions options_;
};

}  // namespace convlab
