#pragma once

#include <string>

#include "backend/backend.h"
#include "engine/replies.h"
#include "nn/graph.h"

namespace convlab {

/// Describes a network layer by layer, as Keras' model.summary() does, with the memory that passes
/// over `batch` images need on `backend`. Allocates nothing on the backend. Throws Error for a
/// batch below 1.
ModelDescription describe_model(const Graph& graph, const std::string& model,
                                const Backend& backend, int64_t batch);

}  // namespace convlab
