#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5/hdf5_file.h"

namespace convlab {

/// Returns the name of a tensor of a Keras file, "LAYER/kernel", or of Keras 3's .weights.h5
/// "LAYER/vars/0", in the order in which the layer made its variables. `path` is that of the
/// dataset, such as "block1_conv1/block1_conv1/kernel:0", `layer` the attribute `name` of the group
/// that holds it; empty: the group's own name.
std::string keras_tensor_name(std::string_view path, std::string_view layer);

/// Returns the weights of a Keras file, .h5 or .weights.h5, as a safetensors file; without the
/// optimizer's state. Throws Error if it holds none, more than 4 GiB, or two of one name.
std::vector<uint8_t> convert_keras_weights(const Hdf5File& file);

}  // namespace convlab
