#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace convlab {

/// Returns the weights of an HDF5 file of Keras as a safetensors file. Throws Error for other
/// files, and always if convlab was built without HDF5.
std::vector<uint8_t> convert_weights(const std::string& file);

}  // namespace convlab
