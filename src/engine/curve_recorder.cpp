#include "engine/curve_recorder.h"

#include <algorithm>
#include <utility>

namespace convlab {

namespace {

constexpr int64_t points_per_epoch = 60;

void halve(std::vector<float>& values) {
  for (size_t i = 0; i + 1 < values.size(); i += 2) values[i / 2] = (values[i] + values[i + 1]) / 2;
  values.resize(values.size() / 2);
}

void halve(Curve& curve) {
  halve(curve.x);
  halve(curve.y);
}

}  // namespace

CurveRecorder::CurveRecorder(int64_t steps_per_epoch)
    : interval_(std::max<int64_t>(1, steps_per_epoch / points_per_epoch)) {}

CurveRecorder::CurveRecorder(const Position& position, Curve loss, Curve accuracy)
    : interval_(position.interval), loss_(std::move(loss)), accuracy_(std::move(accuracy)) {
  last_.loss = position.last_loss;
  last_.accuracy = position.last_accuracy;
  last_.samples = position.last_samples;
}

void CurveRecorder::record(double epochs, const Metrics& metrics) {
  const auto samples = static_cast<double>(metrics.samples - last_.samples);
  if (samples <= 0) return;
  const auto mean = [&](double Metrics::* field) {
    const double sum = metrics.*field * static_cast<double>(metrics.samples);
    const double before = last_.*field * static_cast<double>(last_.samples);
    return static_cast<float>((sum - before) / samples);
  };
  for (Curve* curve : {&loss_, &accuracy_}) curve->x.push_back(static_cast<float>(epochs));
  loss_.y.push_back(mean(&Metrics::loss));
  accuracy_.y.push_back(mean(&Metrics::accuracy));
  last_ = metrics;
  if (loss_.x.size() >= max_points) {
    halve(loss_);
    halve(accuracy_);
    interval_ *= 2;
  }
}

}  // namespace convlab
