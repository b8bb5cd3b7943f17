#pragma once

#include <optional>
#include <string>

#include "app/requests.h"
#include "engine/snapshot.h"

namespace convlab {

/// The layers of the network in a snapshot, which are requested once for each network.
class DescribedNetwork {
 public:
  /// The requests must outlive it.
  explicit DescribedNetwork(Requests& requests) : requests_(requests) {}

  /// Requests the layers unless they belong to the network that was described last.
  void update(const Snapshot& snapshot);
  /// Requests them at the next update: the weights are of another file.
  void renew() { parameters_ = 0; }

  /// None: there is no network, or no reply yet.
  const std::optional<ModelDescription>& model() const { return model_; }
  const std::string& error() const { return error_; }

 private:
  Requests& requests_;
  RunOptions options_;
  int64_t parameters_ = 0;
  std::optional<ModelDescription> model_;
  std::string error_;
};

}  // namespace convlab
