#pragma once

#include <cstdint>
#include <optional>

#include "data/batch.h"
#include "engine/run.h"
#include "engine/snapshot.h"

namespace convlab {

/// The test images that front ends show, at most Run::sample_count, which are decoded once.
class ShownImages {
 public:
  /// Returns the first that have arrived in the data set of `run`.
  const Batch& get(const Run& run);
  /// Forgets them if `version`, which changes with the data set, is another one than last time.
  void set_version(uint64_t version);

 private:
  std::optional<Batch> images_;
  uint64_t version_ = 0;
};

Samples inspect_samples(const Run& run, ShownImages& shown);
/// Predicts these images.
Predictions inspect_predictions(Run& run, ShownImages& shown);

}  // namespace convlab
