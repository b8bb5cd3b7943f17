#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "engine/requests.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// Adds --weights, the file of a pretrained network's weights.
CLI::Option* add_weights_file(CLI::App& command, std::string& weights);

/// A pretrained network with a classifier, and the file with its weights.
struct PretrainedFile {
  const WeightSet* set = nullptr;
  std::filesystem::path path;
  std::shared_ptr<const ByteSource> source;
};

/// Opens the file `weights`, or if that is empty the one in the user's cache. Says on standard
/// error if it is not the published one. Throws Error for an unknown network, one without a
/// classifier, and a file that is missing or lacks tensors.
PretrainedFile open_pretrained(const std::string& model, const std::string& weights);

/// Returns the network with its weights as a model file. Throws Error like load_pretrained.
std::vector<uint8_t> model_of(const PretrainedFile& file);

/// Reads an image file and prepares it as the weights expect it (prepare_image).
GivenImage prepared(const std::string& image, const WeightSet& set);

}  // namespace convlab
