// The pixels of photos as the networks of src/pretrained read them, so that an oracle reads the
// same.

#include <cstdio>
#include <iostream>

#include "core/error.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "dump_file.h"
#include "pretrained/load_pretrained.h"
#include "pretrained/prepare_image.h"

namespace convlab {

void dump_pixels(const std::string& network) {
  const WeightSet& set = *find_weight_sets(network).front();
  for (std::string name; std::getline(std::cin, name);) {
    const DecodedImage image = decode_image(read_file(name, max_image_file_bytes), name);
    const std::vector<uint8_t> pixels = prepare_image(image, set);
    if (std::fwrite(pixels.data(), 1, pixels.size(), stdout) != pixels.size())
      fail("standard output: cannot be written");
  }
}

}  // namespace convlab
