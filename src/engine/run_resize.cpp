#include "engine/run_resize.h"

#include <algorithm>

#include "core/error.h"
#include "data/resize.h"

namespace convlab {

void append_resize_info(Options& info, const RunOptions& run) {
  if (run.resize != RunOptions{}.resize) info.emplace_back("resize", run.resize);
}

std::string trained_resize(const TrainingInfo& training, const std::string& where) {
  const auto found = std::find_if(training.options.begin(), training.options.end(),
                                  [](const auto& option) { return option.first == "resize"; });
  if (found == training.options.end()) return RunOptions{}.resize;
  const auto* mode = std::get_if<std::string>(&found->second);
  if (mode == nullptr) fail("{}: the training information: resize must be a text", where);
  try {
    find_resize_mode(*mode);
  } catch (const Error& error) {
    fail("{}: the training information: {}", where, error.what());
  }
  return *mode;
}

}  // namespace convlab
