#include "engine/run_resize.h"

#include "core/error.h"
#include "data/resize.h"

namespace convlab {

void append_resize_info(Options& info, const RunOptions& run) {
  if (run.resize != RunOptions{}.resize) info.emplace_back("resize", run.resize);
}

std::string trained_resize(const TrainingInfo& training, const std::string& where) {
  std::string mode = text_option(training, "resize", where);
  if (mode.empty()) return RunOptions{}.resize;
  try {
    find_resize_mode(mode);
  } catch (const Error& error) {
    fail("{}: the training information: {}", where, error.what());
  }
  return mode;
}

}  // namespace convlab
