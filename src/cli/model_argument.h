#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "nn/graph.h"

namespace convlab {

/// --model of commands that build a network: a name of the zoo, or a document that a person wrote
/// (io/graph_json.h), known by its ending .json.
CLI::Option* add_model(CLI::App& command, std::string& model);

/// For how large images and how many classes a model of the zoo is built.
struct ModelSize {
  std::string input;    ///< "32x32x3"; empty: the model's default
  int64_t classes = 0;  ///< 0: the model's default number
};
void add_model_size(CLI::App& command, ModelSize& size);

/// The network for `image` and `classes`; a document says itself for which it is. Throws Error for
/// an unknown name, a size that the model does not take, and a document with errors.
Graph open_model(const std::string& model, const Shape& image, int64_t classes);

/// The same for what was given with a command. Also throws Error when a size is given for a
/// document.
Graph open_model(const std::string& model, const ModelSize& size);

}  // namespace convlab
