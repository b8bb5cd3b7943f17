#include "cli/inspect_dataset.h"

#include <fmt/format.h>
#include <cstdio>
#include <vector>

#include "cli/file_names.h"
#include "cli/inspection_report.h"
#include "cli/json_lines.h"
#include "cli/status_line.h"
#include "cli/values.h"
#include "core/error.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "data/catalog.h"
#include "data/png_encoder.h"
#include "features/open_data.h"
#include "io/write_file.h"

namespace convlab {

namespace {

/// "inspect [########            ] 41 %  28,700 of 70,000 images  0:03 left"
std::string progress_text(int64_t images, int64_t total, double seconds) {
  const double fraction = static_cast<double>(images) / static_cast<double>(total);
  return fmt::format("inspect {} {:.0f} %  {} of {}{}", bar_text(fraction), 100 * fraction,
                     with_commas(static_cast<double>(images)),
                     with_commas(static_cast<double>(total), "image"),
                     left_text(seconds * (1 - fraction) / fraction));
}

Inspection inspect_with_progress(const DatasetSplits& splits, std::FILE* out) {
  StatusLine status(out, monotonic_seconds);
  const double start = monotonic_seconds();
  return inspect(splits, resolve_threads(0), [&](int64_t images, int64_t total) {
    status.update([&](size_t columns) {
      std::string text = progress_text(images, total, monotonic_seconds() - start);
      if (text.size() > columns) text.resize(columns);
      return text;
    });
  });
}

void write_mean_image(const std::string& file, const Dataset& train, const Inspection& result) {
  if (result.mean_image.empty()) {
    fail("[inspect] {} has no readable training image, so {} is not written", train.name(), file);
  }
  const Shape& image = train.image_shape();
  write_file(file, encode_png({image[0], image[1], image[2], result.mean_image}));
}

}  // namespace

int inspect_dataset(const InspectArguments& arguments) {
  if (!is_data_path(arguments.data)) find_entry(arguments.data);
  check_file_names(data_files(arguments.data, arguments.data_dir),
                   {{"--out", arguments.mean_image}, {"--json", arguments.json}});
  if (!arguments.mean_image.empty()) check_writable(arguments.mean_image);
  JsonLines json(arguments.json);
  std::FILE* out = json.to_stdout() ? stderr : stdout;
  const DatasetSplits splits = open_images(arguments.data, arguments.data_dir);
  const Inspection result = inspect_with_progress(splits, out);
  std::fputs(inspection_text(splits, result).c_str(), out);
  json.open();
  json.write(inspection_json(splits, result));
  if (!arguments.mean_image.empty()) write_mean_image(arguments.mean_image, *splits.train, result);
  return 0;
}

}  // namespace convlab
