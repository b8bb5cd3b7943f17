#include "app/described_network.h"

namespace convlab {

void DescribedNetwork::update(const Snapshot& snapshot) {
  const RunOptions& options = snapshot.options;
  if (snapshot.parameters == 0) return;
  const auto same = [&](auto member) { return options_.*member == options.*member; };
  if (parameters_ == snapshot.parameters && same(&RunOptions::model) &&
      same(&RunOptions::architecture) && same(&RunOptions::data) && same(&RunOptions::image_size) &&
      same(&RunOptions::resize) && same(&RunOptions::batch)) {
    return;
  }
  options_ = options;
  parameters_ = snapshot.parameters;
  requests_.send(
      DescribeModel{.architecture = {}, .model = {}, .image = {}, .batch = options.batch},
      [this](const Reply& reply) {
        error_ = reply.error;
        if (reply.error.empty()) model_ = std::get<ModelDescription>(reply.result);
      });
}

}  // namespace convlab
