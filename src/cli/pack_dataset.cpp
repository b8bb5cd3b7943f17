#include "cli/pack_dataset.h"

#include <fmt/format.h>
#include <cstdio>

#include "cli/status_line.h"
#include "cli/values.h"
#include "core/monotonic_seconds.h"
#include "features/open_data.h"
#include "pack/pack_report.h"

namespace convlab {

namespace {

/// "mnist [########            ] 41 %  0:03 left"
std::string progress_text(const std::string& name, double fraction, double seconds) {
  if (fraction < 0) return name + ": reading";
  return fmt::format("{} {} {:.0f} %{}", name, bar_text(fraction), 100 * fraction,
                     left_text(fraction > 0 ? seconds * (1 - fraction) / fraction : -1));
}

}  // namespace

int pack_dataset(const PackArguments& arguments) {
  std::vector<PackSource> sources;
  for (const std::string& data : arguments.data) {
    if (is_feature_file(data)) open_images(data, arguments.data_dir);  // says what is wrong
    sources.push_back({.data = data, .data_dirs = {arguments.data_dir}});
  }
  StatusLine status(stdout, monotonic_seconds);
  PackReport report({.line = [&](const std::string& text) { status.line(text); },
                     .progress =
                         [&](const std::string& name, double fraction, double seconds) {
                           status.update([&](size_t columns) {
                             std::string text = progress_text(name, fraction, seconds);
                             if (text.size() > columns) text.resize(columns);
                             return text;
                           });
                         },
                     .now = monotonic_seconds});
  pack_datasets(sources, {.out = arguments.out, .limit = arguments.limit}, report);
  return 0;
}

}  // namespace convlab
