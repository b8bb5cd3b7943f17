#pragma once

#include <functional>
#include <string>
#include <utility>

#include "train/callbacks/callback.h"

namespace convlab {

/// Receives one line of a log, without the line break.
using WriteLine = std::function<void(const std::string& line)>;

/// As Keras' CSVLogger: a header line with the names, then one line per epoch. Its columns are
/// epoch (counted from 1; Keras counts from 0), accuracy, learning_rate, loss, val_accuracy and
/// val_loss.
class CsvLogger final : public Callback {
 public:
  explicit CsvLogger(WriteLine write) : write_(std::move(write)) {}

  void epoch_ended(const EpochLogs& logs) override;

 private:
  WriteLine write_;
  bool header_written_ = false;
};

/// Writes one JSON object per epoch, with the fields of CsvLogger; null for numbers that are not
/// finite.
class JsonLogger final : public Callback {
 public:
  explicit JsonLogger(WriteLine write) : write_(std::move(write)) {}

  void epoch_ended(const EpochLogs& logs) override;

 private:
  WriteLine write_;
};

}  // namespace convlab
