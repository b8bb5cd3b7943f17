#pragma once

#include "engine/replies.h"
#include "engine/requests.h"

namespace convlab {

/// Finds all that is wrong with a network's document (read_graph_json), also that it does not suit
/// the data if nothing else is wrong.
ModelCheck check_model(const CheckModel& request);

}  // namespace convlab
