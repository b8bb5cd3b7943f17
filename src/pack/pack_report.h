#pragma once

#include <functional>
#include <string>
#include <utility>

#include "pack/pack_datasets.h"

namespace convlab {

/// Where a PackReport writes.
struct PackOutput {
  std::function<void(const std::string& text)> line;
  /// Shows how far a data set is; `fraction` is negative while its files are read.
  std::function<void(const std::string& name, double fraction, double seconds)> progress;
  std::function<double()> now;  ///< seconds of a clock
};

/// Tells a user what pack_datasets does, in lines of text.
class PackReport final : public PackListener {
 public:
  explicit PackReport(PackOutput output) : output_(std::move(output)) {}

  void up_to_date(const PackedDataset& packed) override;
  void left_out(const std::string& why) override;
  void reading(const std::string& name) override;
  void progress(const std::string& name, int64_t done, int64_t images) override;
  void packed(const PackedDataset& packed) override;

 private:
  PackOutput output_;
  double begin_ = 0;
};

}  // namespace convlab
