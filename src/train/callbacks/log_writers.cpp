#include "train/callbacks/log_writers.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace convlab {

namespace {

struct Column {
  std::string_view name;
  double EpochLogs::* value;
};
// In alphabetical order, as Keras writes them.
constexpr std::array columns{
    Column{"accuracy", &EpochLogs::accuracy}, Column{"learning_rate", &EpochLogs::learning_rate},
    Column{"loss", &EpochLogs::loss}, Column{"val_accuracy", &EpochLogs::val_accuracy},
    Column{"val_loss", &EpochLogs::val_loss}};

/// Returns the shortest text that parses to the same number, or `otherwise` if it is not finite.
std::string exact(double value, const std::string& otherwise) {
  return std::isfinite(value) ? fmt::format("{}", value) : otherwise;
}

}  // namespace

void CsvLogger::epoch_ended(const EpochLogs& logs) {
  if (!header_written_) {
    std::string header = "epoch";
    for (const Column& column : columns) header.append(",").append(column.name);
    write_(header);
    header_written_ = true;
  }
  std::string line = std::to_string(logs.epoch);
  for (const Column& column : columns) line.append(",").append(exact(logs.*column.value, "nan"));
  write_(line);
}

void JsonLogger::epoch_ended(const EpochLogs& logs) {
  std::string line = "{\"epoch\":" + std::to_string(logs.epoch);
  for (const Column& column : columns) {
    line.append(",\"").append(column.name).append("\":");
    line += exact(logs.*column.value, "null");
  }
  write_(line + "}");
}

}  // namespace convlab
