#include "cli/preview_dataset.h"

#include <fmt/format.h>
#include <cstdio>

#include "cli/file_names.h"
#include "core/counted.h"
#include "core/utf8.h"
#include "data/augment/augmentation_text.h"
#include "data/augmentation_preview.h"
#include "data/catalog.h"
#include "data/png_encoder.h"
#include "data/resized_dataset.h"
#include "features/open_data.h"
#include "io/write_file.h"

namespace convlab {

namespace {

void print(const PreviewArguments& arguments, const Dataset& train,
           const AugmentationOptions& augmentation, const AugmentationPreview& preview) {
  const std::string changes = augmentation_text(augmentation);
  std::string text = fmt::format(
      "{}: {}×{} pixels; in each row an image and {} of it {}\n", arguments.file,
      preview.grid.width, preview.grid.height, counted(preview_epochs, "epoch"),
      changes.empty() ? "without changes, since there is no --augment" : "with " + changes);
  for (size_t row = 0; row < preview.indices.size(); ++row) {
    const int64_t index = preview.indices[row];
    text += fmt::format("  row {}: {}, {}\n", row + 1,
                        escaped_utf8(train.class_names()[static_cast<size_t>(train.label(index))]),
                        escaped_utf8(train.image_name(index)));
  }
  std::fputs(text.c_str(), stdout);
}

}  // namespace

int preview_dataset(const PreviewArguments& arguments) {
  const RunOptions& run = arguments.run;
  if (!is_data_path(run.data)) find_entry(run.data);
  std::vector<NamedFile> inputs = data_files(run.data, arguments.data_dir);
  inputs.insert(inputs.end(), arguments.inputs.begin(), arguments.inputs.end());
  check_file_names(inputs, {{"--out", arguments.file}});
  check_writable(arguments.file);
  const AugmentationOptions augmentation = read_augmentation(run.augmentation);
  std::shared_ptr<const Dataset> train = open_images(run.data, arguments.data_dir).train;
  Shape image = train->image_shape();
  if (run.image_size > 0) image = {run.image_size, run.image_size, image[2]};
  train = with_image_shape(train, image, find_resize_mode(run.resize));
  const AugmentationPreview preview = preview_augmentation(*train, augmentation, run.seed);
  write_file(arguments.file, encode_png(preview.grid));
  print(arguments, *train, augmentation, preview);
  return 0;
}

}  // namespace convlab
