#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_source.h"
#include "io/safetensors.h"
#include "nn/network.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// A file of weights and what its tensors are.
struct OpenedWeights {
  const WeightSet& set;
  std::shared_ptr<const ByteSource> source;
  std::string sha256;  ///< of the file
};

/// The part of a network to load: all of it, or the layers before the classifier.
enum class NetworkPart : uint8_t { whole, body };

/// Returns the sets called `name`, or those for the model of this name in the zoo. Throws Error
/// that lists the known sets if there are none.
std::vector<const WeightSet*> find_weight_sets(std::string_view name);

/// Returns the set among `sets` of whose network a file has the tensors: those of `part`, or of the
/// body if the set has no classifier. Throws Error that names all tensors that it lacks of the set
/// that it comes closest to, or the sets if it has no tensor of any. `source` is the name of the
/// file.
const WeightSet& match_weight_set(std::span<const WeightSet* const> sets, NetworkPart part,
                                  const SafeTensorsHeader& header, const std::string& source);

/// Returns the set among all of whose body a file has the tensors. Throws Error like
/// match_weight_set.
const WeightSet& weight_set_of(const ByteSource& source);

/// Returns the network of a set, with the normalization of its input, for images of
/// WeightSet::image. Throws Error for all of a network whose set has no classifier.
Graph pretrained_graph(const WeightSet& set, NetworkPart part);

/// Returns the tensors of a file that a part of a set's network needs, in the order of the file.
/// Throws Error like load_pretrained.
std::vector<SafeTensorEntry> needed_tensors(const WeightSet& set, NetworkPart part,
                                            const SafeTensorsHeader& header,
                                            const std::string& source);

/// Reads the weights of a network of pretrained_graph. Reads nothing but the header and the tensors
/// that the network needs, one at a time. If the set's channels are blue, green, red, those of the
/// first kernel are reversed, so that the network reads red, green, blue like any other. Throws
/// Error that names all tensors that are missing, or have another shape or type, and has then
/// changed nothing; and for a tensor with values that are not finite.
void load_pretrained(Network& network, const WeightSet& set, const ByteSource& source);

}  // namespace convlab
