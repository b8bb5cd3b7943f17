#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "io/model_file.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

/// Returns the name of the pretrained network (WeightSet::name) whose features a model reads.
/// Throws Error for one that was trained on images.
std::string backbone_of(const ModelFile& head);

/// Joins a network that was trained on features with the pretrained network that computes them.
/// Returns a model file that reads images, with the weights of both: the layers of the pretrained
/// network are frozen, those of `head` follow it, with "head_" before their names. With a
/// `last_block_factor` other than 0, the layers from WeightSet::last_block on are trained, too,
/// with the learning rate times that factor, but normalizations keep their statistics (fine-tuning
/// as in Chollet 2021, section 8.3.2). Throws Error for a head that
/// does not read features, if they are of other weights or of another preprocessing, for a factor
/// out of its range, and Errors of load_pretrained.
std::vector<uint8_t> join_backbone(const ModelFile& head, const OpenedWeights& weights,
                                   double last_block_factor, Backend& backend);

}  // namespace convlab
