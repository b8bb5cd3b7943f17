#pragma once

#include "nn/conv2d.h"
#include "nn/graph.h"

/// What several networks of the zoo are made of. Each adds layers on the value `input` and returns
/// the last one's. Weights that a ReLU follows start as He et al. 2015 want it.
namespace convlab {

/// Convolution, ReLU.
size_t conv_relu(Graph& graph, size_t input, Conv2dOptions options);

/// Convolution without bias, which the normalisation has, then batch normalisation.
size_t conv_norm(Graph& graph, size_t input, Conv2dOptions options);

/// The same, then ReLU.
size_t conv_norm_relu(Graph& graph, size_t input, Conv2dOptions options);

/// Dense layer of `units`, ReLU, dropout of `rate`.
size_t dense_relu_dropout(Graph& graph, size_t input, int64_t units, double rate);

}  // namespace convlab
