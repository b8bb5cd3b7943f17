#pragma once

#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/graph.h"

/// Building blocks shared by several networks of the zoo. Each function adds layers after the value
/// `input` and returns the value of the last one. Weights before a ReLU are initialised as in He et
/// al. 2015.
namespace convlab {

/// Convolution, then ReLU.
size_t conv_relu(Graph& graph, size_t input, Conv2dOptions options);

/// Convolution without bias, which the batch normalisation after it makes redundant, then batch
/// normalisation.
size_t conv_norm(Graph& graph, size_t input, Conv2dOptions options,
                 const BatchNormOptions& norm = {});

/// Options of a convolution whose padding is half its kernel on all sides, as in Caffe and
/// torchvision; with a stride, Padding::same has the smaller half at the top and left.
Conv2dOptions padded_equally(int64_t filters, int64_t kernel, int64_t stride);

/// conv_norm, then ReLU.
size_t conv_norm_relu(Graph& graph, size_t input, Conv2dOptions options);

/// Dense layer with `units` units, ReLU, then dropout with `rate`.
size_t dense_relu_dropout(Graph& graph, size_t input, int64_t units, double rate);

}  // namespace convlab
