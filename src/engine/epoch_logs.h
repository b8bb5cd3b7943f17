#pragma once

#include <vector>

#include "engine/protocol.h"
#include "train/callbacks/callback.h"

namespace convlab {

/// What callbacks see of a finished epoch; `step` is 0 where it is unknown.
inline EpochLogs logs_of(const EpochResult& result, int64_t step = 0) {
  return {.epoch = result.epoch,
          .step = step,
          .loss = result.train_loss,
          .accuracy = result.train_accuracy,
          .val_loss = result.val_loss,
          .val_accuracy = result.val_accuracy,
          .learning_rate = result.learning_rate};
}

inline std::vector<EpochLogs> logs_of(const std::vector<EpochResult>& history) {
  std::vector<EpochLogs> logs;
  for (const EpochResult& result : history) logs.push_back(logs_of(result));
  return logs;
}

}  // namespace convlab
