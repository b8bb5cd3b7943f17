#include "engine/metric_reader.h"

#include <utility>

namespace convlab {

void MetricReader::request(int64_t step, const MetricSums& sums) {
  requests_.push_back({step, sums.start_read()});
}

std::optional<MetricReader::Reading> MetricReader::take(bool wait) {
  if (requests_.empty() || (!wait && !requests_.front().read.ready())) return std::nullopt;
  const Request request = std::move(requests_.front());
  requests_.pop_front();
  return Reading{request.step, request.read.metrics()};
}

const Metrics& MetricReader::latest(int64_t step, const MetricSums& sums) {
  const auto take_arrived = [this] {
    if (!display_ || !display_->read.ready()) return;
    latest_ = Reading{display_->step, display_->read.metrics()};
    display_.reset();
  };
  take_arrived();
  if (!display_ && (!latest_ || latest_->step != step)) {
    display_.emplace(Request{step, sums.start_read()});
    take_arrived();
  }
  static const Metrics none;
  return latest_ ? latest_->metrics : none;
}

}  // namespace convlab
