#pragma once

#include "nn/layer.h"
#include "nn/single_input.h"

namespace convlab {

/// Any shape → (features), row-major as in Keras. A view: no data is copied.
class Flatten final : public Layer {
 public:
  static constexpr LayerInfo info{
      .summary = "flattens each sample into a vector",
      .shapes = "any shape → (features), in row-major order with channels last",
      .keras = "Flatten",
      .pytorch =
          "Flatten; PyTorch has channels first, so the weights of a following dense layer are in "
          "another order",
      .example = R"({"input": [28, 28, 1], "layers": [
  {"kind": "flatten"},
  {"kind": "dense", "options": {"units": 10}}
]})"};

  std::string_view kind() const override { return "flatten"; }
  Shape output_shape(std::span<const Shape> inputs) const override {
    return {single_input(kind(), inputs).elements()};
  }
  bool is_view(Mode) const override { return true; }
  void forward(const Pass&, std::span<const Tensor>, const Tensor&) const override {}
  void backward(const Pass&, std::span<const Tensor>, const Tensor&, const Tensor&,
                std::span<const Tensor>) const override {}
};

}  // namespace convlab
