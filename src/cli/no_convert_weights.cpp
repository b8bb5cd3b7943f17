#include "cli/convert_weights.h"
#include "core/error.h"

namespace convlab {

std::vector<uint8_t> convert_weights(const std::string& file) {
  fail(
      "[weights] {}: this convlab was built without HDF5 and cannot read Keras' .h5 files. Install "
      "it (Debian: libhdf5-dev) and build again",
      file);
}

}  // namespace convlab
