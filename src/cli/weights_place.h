#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pretrained/load_pretrained.h"

namespace convlab {

/// Returns the path of a set's file in the user's cache; empty if there is no cache.
std::filesystem::path weights_path(const WeightSet& set);

/// Whether this is a file.
bool is_there(const std::filesystem::path& path);

/// Says how to get the file of a set.
std::string how_to_get(const WeightSet& set);

/// Adds --weights, a file for open_weights.
CLI::Option* add_weights_file(CLI::App& command, std::string& file);

/// Opens the weights of one of these sets: `file`, or if that is empty the file of the first set
/// that the user's cache has. Says on standard error if it is not the known file of its set. Throws
/// Error, with how to get the weights, if there is none, and like match_weight_set.
OpenedWeights open_weights(std::span<const WeightSet* const> sets, const std::string& file);

}  // namespace convlab
