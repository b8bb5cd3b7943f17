#include "cli/convert_weights.h"

#include "hdf5/keras_weights.h"

namespace convlab {

std::vector<uint8_t> convert_weights(const std::string& file) {
  return convert_keras_weights(Hdf5File(file));
}

}  // namespace convlab
