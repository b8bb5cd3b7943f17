#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pretrained/load_pretrained.h"

namespace convlab {

/// Returns the path in the user's cache of a set's file, or of one with the tensors of the body
/// alone, which is the same if no such file can be fetched; empty if there is no cache.
std::filesystem::path weights_path(const WeightSet& set, NetworkPart part);
/// Returns the path at which there is a file of this part: of the body alone if that is enough and
/// there is one, since features may have been computed with it; empty if there is none.
std::filesystem::path find_weights_file(const WeightSet& set, NetworkPart part);

/// Whether this is a file.
bool is_there(const std::filesystem::path& path);

/// Says how to get the file of a part of a set's network.
std::string how_to_get(const WeightSet& set, NetworkPart part);

/// Adds --weights, a file for open_weights.
CLI::Option* add_weights_file(CLI::App& command, std::string& file);

/// Opens the weights of one of these sets for a part of its network: `file`, or if that is empty
/// the file of the first set that the user's cache has. Says on standard error if it is not the
/// known file of its set. Throws Error, with how to get the weights, if there is none, and like
/// match_weight_set.
OpenedWeights open_weights(std::span<const WeightSet* const> sets, NetworkPart part,
                           const std::string& file);

}  // namespace convlab
