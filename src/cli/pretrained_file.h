#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/weights_place.h"
#include "engine/requests.h"

namespace convlab {

/// Opens the weights of a pretrained network like open_weights. Throws Error also for an unknown
/// network, and one without a classifier.
OpenedWeights open_classifier(const std::string& model, const std::string& weights);

/// Returns the network with its weights as a model file. Throws Error like load_pretrained.
std::vector<uint8_t> model_of(const OpenedWeights& weights);

/// Reads an image file and prepares it as the weights expect it (prepare_image).
GivenImage prepared(const std::string& image, const WeightSet& set);

}  // namespace convlab
