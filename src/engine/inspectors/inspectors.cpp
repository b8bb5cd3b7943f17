#include "engine/inspectors/inspectors.h"

#include "core/find_named.h"
#include "engine/inspectors/filters.h"

namespace convlab {

namespace {

constexpr std::array table{
    Inspector{"samples", &Session::data_changes,
              [](Run& run, ShownImages& shown, Snapshot& snapshot, uint64_t version) {
                snapshot.samples = {inspect_samples(run, shown), version};
              }},
    Inspector{"predictions", &Session::network_changes,
              [](Run& run, ShownImages& shown, Snapshot& snapshot, uint64_t version) {
                snapshot.predictions = {inspect_predictions(run, shown), version};
              }},
    Inspector{"filters", &Session::network_changes,
              [](Run& run, ShownImages&, Snapshot& snapshot, uint64_t version) {
                snapshot.filters = {inspect_filters(run), version};
              }},
};

}  // namespace

std::span<const Inspector> inspectors() { return table; }

Inspections::Inspections() : states_(table.size()) {}

void Inspections::subscribe(const std::vector<std::string>& parts) {
  std::vector<bool> subscribed(table.size(), false);
  for (const std::string& part : parts) {
    const Inspector& found = find_named("part", part, table, &Inspector::part);
    subscribed[static_cast<size_t>(&found - table.data())] = true;
  }
  for (size_t i = 0; i < table.size(); ++i) states_[i].subscribed = subscribed[i];
}

bool Inspections::is_stale(size_t index, const Session& session) const {
  return states_[index].subscribed && states_[index].subject != (session.*table[index].subject)();
}

bool Inspections::is_stale(const Session& session) const {
  for (size_t i = 0; i < table.size(); ++i) {
    if (is_stale(i, session)) return true;
  }
  return false;
}

void Inspections::renew(Session& session, uint64_t version) {
  shown_.set_version(session.data_changes());
  for (size_t i = 0; i < table.size(); ++i) {
    if (!is_stale(i, session)) continue;
    // Before, so that a part that cannot be made is not tried again and again.
    states_[i].subject = (session.*table[i].subject)();
    if (session.run() != nullptr) table[i].inspect(*session.run(), shown_, parts_, version);
  }
  if (session.run() == nullptr && parts_.samples.version() > 0)
    parts_ = {.samples = {{}, version}, .predictions = {{}, version}, .filters = {{}, version}};
}

void Inspections::describe(Snapshot& snapshot) const {
  snapshot.samples = parts_.samples;
  snapshot.predictions = parts_.predictions;
  snapshot.filters = parts_.filters;
}

}  // namespace convlab
