#include "nn/reshape.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <string>
#include <variant>

#include "core/counted.h"
#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void ReshapeOptions::visit(Visitor& visitor) {
  visitor.numbers("shape", shape, -1, 1 << 24,
                  "shape of a sample, for example \"4, 4, 8\"; one dimension may be -1 and is then "
                  "inferred; must be given");
}
template void ReshapeOptions::visit(OptionReader&);
template void ReshapeOptions::visit(OptionLister&);

constinit const LayerInfo Reshape::info{
    .summary = "changes the shape of a sample, not its elements",
    .shapes = "any shape → the given shape, in row-major order with channels last",
    .keras = "Reshape",
    .pytorch = "Unflatten; PyTorch has channels first",
    .example = R"({"input": [28, 28, 1], "layers": [
  {"kind": "flatten"},
  {"kind": "dense", "options": {"units": 128}},
  {"kind": "reshape", "options": {"shape": "4, 4, 8"}}
]})"};

Reshape::Reshape(const ReshapeOptions& options) : options_(checked_options("reshape", options)) {
  const auto& shape = options_.shape;
  const auto fits = [](double dim) { return dim == std::floor(dim) && dim != 0; };
  if (shape.empty() || shape.size() >= Shape::max_rank ||
      !std::all_of(shape.begin(), shape.end(), fits) ||
      std::count(shape.begin(), shape.end(), -1.0) > 1) {
    throw OptionError("shape", fmt::format("[reshape] option shape must have 1 to {} whole numbers "
                                           "above 0, one of which may be -1",
                                           Shape::max_rank - 1));
  }
}

Options Reshape::options() const { return write_options(options_); }

Shape Reshape::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(kind(), inputs);
  const int64_t too_many = input.elements() + 1;
  int64_t known = 1;
  for (const double dim : options_.shape) {
    if (dim > 0) known = std::min(known * std::min(static_cast<int64_t>(dim), too_many), too_many);
  }
  const bool has_rest = std::count(options_.shape.begin(), options_.shape.end(), -1.0) > 0;
  if (has_rest ? input.elements() % known != 0 : input.elements() != known) {
    fail("[reshape] {} has {} and cannot be reshaped to ({})", input,
         counted(input.elements(), "element"), std::get<std::string>(options()[0].second));
  }
  Shape output;
  for (const double dim : options_.shape)
    output.append(dim > 0 ? static_cast<int64_t>(dim) : input.elements() / known);
  return output;
}

}  // namespace convlab
