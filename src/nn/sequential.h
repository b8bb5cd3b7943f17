#pragma once

#include <memory>
#include <string>
#include <utility>

#include "nn/graph.h"

namespace convlab {

/// Builds a Graph in which each layer reads the preceding one:
/// Sequential(shape).add<Relu>().add<Dense>(options).graph().
class Sequential {
 public:
  explicit Sequential(const Shape& input) : graph_(input) {}

  template <class Kind, class... Arguments>
  Sequential& add(Arguments&&... arguments) {
    graph_.append(std::make_unique<Kind>(std::forward<Arguments>(arguments)...));
    return *this;
  }

  /// Moves the graph out; no layers can be added afterwards.
  Graph graph() { return std::move(graph_); }

 private:
  Graph graph_;
};

}  // namespace convlab
