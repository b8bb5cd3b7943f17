#pragma once

#include "nn/layer.h"
#include "nn/single_input.h"

namespace convlab {

/// Any shape → (features), row-major as in Keras. Costs nothing: the memory is the same.
class Flatten final : public Layer {
 public:
  static constexpr LayerInfo info{
      .summary = "all numbers of a sample in one row",
      .shapes = "any shape → (features), row by row, channels innermost",
      .keras = "Flatten",
      .pytorch =
          "Flatten, where channels come first: weights of a dense layer behind it are in another "
          "order",
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
