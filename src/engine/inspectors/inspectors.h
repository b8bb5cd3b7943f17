#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/inspectors/samples.h"
#include "engine/session.h"
#include "engine/snapshot.h"

namespace convlab {

/// Makes a part of the snapshots on which front ends look into a run. A new one is a row of
/// inspectors() and a member of Snapshot.
struct Inspector {
  std::string_view part;
  /// A number that changes whenever the part may have changed.
  uint64_t (Session::*subject)() const;
  void (*inspect)(Run& run, ShownImages& shown, Snapshot& snapshot, uint64_t version);
};

std::span<const Inspector> inspectors();

/// Keeps the parts that front ends have subscribed to.
class Inspections {
 public:
  Inspections();

  /// Replaces the subscription. Throws Error, and changes nothing, for an unknown part.
  void subscribe(const std::vector<std::string>& parts);
  /// Whether a part that is subscribed to may have changed since it was made.
  bool is_stale(const Session& session) const;
  /// Makes these parts again, with `version`. Without a run they become empty.
  void renew(Session& session, uint64_t version);
  /// Adds the parts to a snapshot.
  void describe(Snapshot& snapshot) const;

 private:
  struct State {
    bool subscribed = false;
    uint64_t subject = 0;  // when the part was made
  };
  bool is_stale(size_t index, const Session& session) const;

  std::vector<State> states_;  // by inspector
  ShownImages shown_;
  Snapshot parts_;
};

}  // namespace convlab
