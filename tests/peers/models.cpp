// convlab_peer_models FOLDER: writes the files with which scripts/peers trains the same networks in
// other libraries: NAME.safetensors with the graph, initial weights, a batch of images with labels,
// and the losses of three SGD steps on that batch without dropout; for a body without a head the
// mean magnitude of its outputs instead of the losses.

#include <fmt/format.h>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "io/graph_json.h"
#include "nn/registry.h"
#include "oracle/dump_file.h"
#include "train/trainer.h"
#include "zoo/random_batch.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

constexpr uint64_t seed = 1;
constexpr double learning_rate = 0.05;
constexpr int steps = 3;

/// Returns the layers of a sequential model up to the first of kind `end`, with dropout rates
/// multiplied by `dropout_scale`.
Graph chain(const Graph& whole, std::string_view end, double dropout_scale) {
  Graph graph(whole.input_shape());
  for (const Node& node : whole.nodes()) {
    if (node.layer->kind() == end) break;
    Options options = node.layer->options();
    for (auto& [name, value] : options) {
      if (node.layer->kind() == "dropout" && name == "rate")
        value = std::get<double>(value) * dropout_scale;
    }
    graph.append(make_layer(node.layer->kind(), options), node.name);
  }
  return graph;
}

void add_parameters(Dump& dump, const Network& network) {
  for (const Parameter& parameter : network.parameters())
    dump.floats("parameter/" + parameter.name, network.backend(), parameter.value);
}

void add_images(Dump& dump, const Graph& graph, const Batch& batch) {
  dump.bytes("images", "U8", graph.input_shape().with_batch(batch.size()), batch.images.data(),
             batch.images.size());
  dump.bytes("labels", "I32", {batch.size()}, batch.labels.data(),
             batch.labels.size() * sizeof(int32_t));
}

void write_training(const std::filesystem::path& folder, std::string_view name) {
  const Model& model = find_model(name);
  const Graph whole = model.build(model.image(), model.default_classes);
  const std::unique_ptr<Backend> backend = make_backend("", 0);
  Network network(chain(whole, "", 0), *backend, seed);
  Dump dump;
  dump.text("graph", graph_json(whole));
  dump.text("learning_rate", std::to_string(learning_rate));
  add_parameters(dump, network);
  const Batch batch = random_batch(network.graph(), 128);
  add_images(dump, network.graph(), batch);
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("sgd").make({}),
                  learning_rate);
  std::vector<double> losses;
  for (int i = 0; i < steps; ++i) {
    trainer.training().reset();
    trainer.step(batch);
    losses.push_back(trainer.training().read().loss);
  }
  dump.doubles("losses", losses);
  dump.write(folder / fmt::format("{}.safetensors", name));
}

void write_body(const std::filesystem::path& folder, std::string_view name) {
  const Model& model = find_model(name);
  const std::unique_ptr<Backend> backend = make_backend("", 0);
  Network network(chain(model.build(model.image(), model.default_classes), "flatten", 1), *backend,
                  seed);
  Dump dump;
  dump.text("graph", graph_json(network.graph()));
  add_parameters(dump, network);
  const Batch batch = random_batch(network.graph(), 8);
  add_images(dump, network.graph(), batch);
  const Tensor input = network.prepare(Mode::eval, batch.size());
  std::vector<float> pixels;
  for (const uint8_t byte : batch.images) pixels.push_back(static_cast<float>(byte) / 255);
  backend->upload(pixels.data(), input);
  const std::unique_ptr<ReadBack> outputs = backend->read_back(network.forward());
  double sum = 0;
  for (const float value : outputs->values()) sum += std::abs(double{value});
  dump.doubles("magnitude", {sum / static_cast<double>(outputs->values().size())});
  dump.write(folder / fmt::format("{}-body.safetensors", name));
}

void run(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const std::string_view model : {"mnist-mlp", "simple-convnet", "cifar-cnn"})
    write_training(folder, model);
  write_body(folder, "vgg16");
}

}  // namespace
}  // namespace convlab

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: convlab_peer_models FOLDER\n");
    return 2;
  }
  try {
    convlab::run(arguments[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "convlab_peer_models: %s\n", error.what());
    return 1;
  }
  return 0;
}
