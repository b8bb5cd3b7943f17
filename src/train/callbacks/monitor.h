#pragma once

#include <array>
#include <cstdint>

#include "core/options.h"
#include "train/callbacks/callback.h"

namespace convlab {

/// The metric of EpochLogs that a callback monitors.
enum class Monitor : uint8_t { loss, accuracy, val_loss, val_accuracy };

inline constexpr std::array monitor_choices{Choice<Monitor>{Monitor::loss, "loss"},
                                            Choice<Monitor>{Monitor::accuracy, "accuracy"},
                                            Choice<Monitor>{Monitor::val_loss, "val_loss"},
                                            Choice<Monitor>{Monitor::val_accuracy, "val_accuracy"}};

constexpr std::string_view name_of(Monitor monitor) {
  for (const auto& choice : monitor_choices) {
    if (choice.value == monitor) return choice.name;
  }
  return {};
}

constexpr double monitored(Monitor monitor, const EpochLogs& logs) {
  switch (monitor) {
    case Monitor::loss:
      return logs.loss;
    case Monitor::accuracy:
      return logs.accuracy;
    case Monitor::val_loss:
      return logs.val_loss;
    default:
      return logs.val_accuracy;
  }
}

/// Whether `value` is better than `best` by more than `min_delta`: an accuracy is higher, a loss
/// lower (Keras' mode="auto"). NaN is never better.
constexpr bool improved(Monitor monitor, double value, double best, double min_delta) {
  const bool higher = monitor == Monitor::accuracy || monitor == Monitor::val_accuracy;
  return higher ? value - min_delta > best : value + min_delta < best;
}

}  // namespace convlab
