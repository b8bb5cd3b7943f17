#include "features/joined_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/find_named.h"
#include "features/extract_features.h"
#include "features/feature_info.h"
#include "features/trained_features.h"
#include "io/tensors.h"
#include "nn/graph_document.h"
#include "nn/reshape.h"

namespace convlab {

namespace {

constexpr std::string_view head_prefix = "head_";

std::string where_of(const ModelFile& head) { return "[join] " + head.source; }

/// Returns the pooling with which the weights compute the features that the head reads.
std::string_view pool_of(const std::string& features, const OpenedWeights& weights,
                         const std::string& where) {
  FeatureInfo info{.backbone = weights.set.name,
                   .weights = weights.sha256,
                   .preprocessing = preprocessing_text(weights.set)};
  for (const std::string_view pool : feature_pools) {
    info.pool = pool;
    if (info.features() == features) return pool;
  }
  info.pool = "none, avg or max";
  fail("{} reads features of {}; but these weights compute features of {}; expected the same",
       where, features, info.features());
}

/// Freezes the layers, or with a factor all but those of the last block.
void freeze(Graph& body, const WeightSet& set, double last_block_factor) {
  const auto& nodes = body.nodes();
  const Node& last_block = find_named("layer", set.last_block, nodes, &Node::name);
  const auto first_trained =
      last_block_factor == 0 ? nodes.size() : static_cast<size_t>(&last_block - nodes.data());
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].layer->parameters(nodes[i].input_shapes).empty()) continue;
    const bool is_trained = i >= first_trained && nodes[i].layer->kind() != "batch_norm";
    body.set_frozen(i, !is_trained);
    if (is_trained) body.set_learning_rate_factor(i, last_block_factor);
  }
}

void append_head(Graph& graph, const Graph& head) {
  // Pooled features are (channels) here, and (1, 1, channels) in a file.
  if (const Shape& features = head.input_shape(); graph.output_shape() != features) {
    graph.append(
        std::make_unique<Reshape>(ReshapeOptions{.shape = {features.begin(), features.end()}}));
  }
  const size_t first = graph.nodes().size();
  for (const Node& node : head.nodes()) {
    std::vector<size_t> inputs;
    for (const size_t value : node.inputs) inputs.push_back(value + first);
    const size_t added = graph.nodes().size();
    graph.add(node.layer, std::move(inputs), fmt::format("{}{}", head_prefix, node.name));
    graph.set_frozen(added, node.frozen);
    graph.set_learning_rate_factor(added, node.learning_rate_factor);
  }
}

TrainingInfo training_of(const ModelFile& head, const WeightSet& set) {
  TrainingInfo training = head.training;
  training.model =
      training.model.empty() ? set.name : fmt::format("{}-{}", set.name, training.model);
  training.data = trained_images(head.training, where_of(head));
  remove_features_info(training.options);
  std::erase_if(training.options, [](const auto& option) { return option.first == "resize"; });
  if (set.preprocessing.resize > set.image[0])
    training.options.emplace_back("resize", "center");  // of 256 pixels 224, as prepare_image
  return training;
}

std::string features_of(const ModelFile& head) {
  std::string features = trained_features(head.training, where_of(head));
  if (features.empty())
    fail("{} was trained on images; expected a model that was trained on features", where_of(head));
  return features;
}

}  // namespace

std::string backbone_of(const ModelFile& head) {
  const std::string features = features_of(head);
  return features.substr(0, features.find(','));
}

std::vector<uint8_t> join_backbone(const ModelFile& head, const OpenedWeights& weights,
                                   double last_block_factor, Backend& backend) {
  const std::string where = where_of(head);
  if (last_block_factor != 0) check_learning_rate_factor(last_block_factor);
  const std::string_view pool = pool_of(features_of(head), weights, where);
  if (head.graph.normalization() != InputNormalization{.scale = {1}, .offset = {0}}) {
    fail("{} changes the features with a normalization; expected one that reads them as they are",
         where);
  }
  Network body(feature_graph(weights.set, pool), backend, 0, NetworkUse::inference);
  load_pretrained(body, weights.set, *weights.source);
  Graph graph = body.graph();
  freeze(graph, weights.set, last_block_factor);
  append_head(graph, head.graph);
  build(document_of(graph));  // throws where a file of it could not be read
  SafeTensors file;
  file.metadata = model_metadata(graph, training_of(head, weights.set));
  std::vector<std::unique_ptr<ReadBack>> reads;  // own the data that the tensors point to
  add_parameters(file, reads, body);
  for (SafeTensor tensor : head.tensors) {
    tensor.name = fmt::format("{}{}", head_prefix, tensor.name);
    file.tensors.push_back(std::move(tensor));
  }
  return safetensors_bytes(file);
}

}  // namespace convlab
