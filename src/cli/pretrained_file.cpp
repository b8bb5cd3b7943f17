#include "cli/pretrained_file.h"

#include <memory>

#include "core/error.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "io/model_file.h"
#include "pretrained/load_pretrained.h"
#include "pretrained/prepare_image.h"

namespace convlab {

namespace {

/// Returns the sets of a name that have a classifier.
std::vector<const WeightSet*> find_classifiers(const std::string& name) {
  std::vector<const WeightSet*> sets = find_weight_sets(name);
  std::erase_if(sets, [](const WeightSet* set) { return !set->head; });
  if (sets.empty()) {
    fail("[weights] {} has no classifier; expected a network that has, see 'convlab weights'",
         name);
  }
  return sets;
}

}  // namespace

OpenedWeights open_classifier(const std::string& model, const std::string& weights) {
  return open_weights(find_classifiers(model), NetworkPart::whole, weights);
}

std::vector<uint8_t> model_of(const OpenedWeights& weights) {
  const WeightSet& set = weights.set;
  const std::unique_ptr<Backend> backend = make_backend("host", 1);
  Network network(pretrained_graph(set, NetworkPart::whole), *backend, 0);
  load_pretrained(network, set, *weights.source);
  return model_bytes(
      network,
      {.model = set.model, .data = "imagenet", .class_names = class_names_of(set), .options = {}});
}

GivenImage prepared(const std::string& image, const WeightSet& set) {
  const DecodedImage decoded = decode_image(read_file(image, max_image_file_bytes), image);
  return {.source = image,
          .file = {},
          .height = set.image[0],
          .width = set.image[1],
          .channels = set.image[2],
          .pixels = prepare_image(decoded, set)};
}

}  // namespace convlab
