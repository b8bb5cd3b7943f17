#pragma once

#include <span>
#include <vector>

#include "nn/graph.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// How a parameter lies in a file of another library.
struct FileLayout {
  std::vector<Shape> shapes;  ///< that the tensor may have in the file
  Shape dims;                 ///< the same data as up to four dimensions
  std::vector<int> order;     ///< the dimensions of `dims` in the order of our layout
};

/// Returns where a parameter of node `node` is in a tensor with kernels laid out as `layout`.
/// Throws Error for a kernel of a kind of layer that no pretrained network has.
FileLayout file_layout(const Graph& graph, size_t node, const ParameterSpec& parameter,
                       KernelLayout layout);

/// Returns values of shape `dims`, row-major, with the dimensions in the order `order`.
std::vector<float> permuted(std::span<const float> values, const Shape& dims,
                            std::span<const int> order);

}  // namespace convlab
