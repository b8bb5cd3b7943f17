#pragma once

#include <string>
#include <vector>

#include "cli/file_names.h"
#include "engine/run_options.h"

namespace convlab {

/// What convlab datasets preview draws.
struct PreviewArguments {
  RunOptions run;                 ///< data, augmentation, seed, image_size and resize count
  std::vector<NamedFile> inputs;  ///< files that were read with the options
  std::string data_dir;
  std::string file;  ///< PNG file to write
};

/// Draws training images as a run with these options would see them. Returns the exit status.
int preview_dataset(const PreviewArguments& arguments);

}  // namespace convlab
