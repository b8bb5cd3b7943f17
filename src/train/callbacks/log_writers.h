#pragma once

#include <functional>
#include <string>
#include <utility>

#include "train/callbacks/callback.h"

namespace convlab {

/// Takes one line of a log, without its end.
using WriteLine = std::function<void(const std::string& line)>;

/// As Keras' CSVLogger: a first line with the names, then one for each epoch. Its columns are
/// epoch (from 1, where Keras counts from 0), accuracy, learning_rate, loss, val_accuracy and
/// val_loss.
class CsvLogger final : public Callback {
 public:
  explicit CsvLogger(WriteLine write) : write_(std::move(write)) {}

  void epoch_ended(const EpochLogs& logs) override;

 private:
  WriteLine write_;
  bool header_written_ = false;
};

/// One JSON object for each epoch, with the fields of CsvLogger; null for what is not a number.
class JsonLogger final : public Callback {
 public:
  explicit JsonLogger(WriteLine write) : write_(std::move(write)) {}

  void epoch_ended(const EpochLogs& logs) override;

 private:
  WriteLine write_;
};

}  // namespace convlab
