// Ten SGD steps of small random networks. Every kind of layer with parameters occurs twice.

#include <fmt/format.h>

#include "core/error.h"
#include "dump_file.h"
#include "layer_cases.h"
#include "loss/loss.h"
#include "train/updater.h"

namespace convlab {

namespace {

constexpr uint64_t steps = 10;
constexpr int64_t batch = 8;
constexpr int64_t classes = 4;
constexpr int64_t stem_filters = 12;
constexpr double learning_rate = 0.1;
const Shape image{9, 8, 3};

const LayerDraw& draw_of(std::string_view kind) {
  for (const LayerDraw& draw : layer_draws()) {
    if (draw.kind == kind) return draw;
  }
  fail("[oracle] there is no layer {}", kind);
}

void append(Graph& graph, std::string_view kind, Random& random) {
  graph.append(draw_layer(draw_of(kind), graph.output_shape(), random));
}

void append_activation(Graph& graph, Random& random) {
  constexpr std::array<std::string_view, 6> kinds{"relu", "elu",  "gelu",
                                                  "silu", "tanh", "leaky_relu"};
  append(graph, kinds.at(random.below(kinds.size())), random);
}

Graph random_network(const LayerDraw& draw, uint64_t stream) {
  Random random(3, stream);
  Graph graph(image);
  graph.append(make_layer("conv2d", {{"filters", stem_filters}}));
  if (draw.inputs == Inputs::vector) append(graph, "flatten", random);
  append(graph, draw.kind, random);
  append_activation(graph, random);
  append(graph, draw.kind, random);
  if (graph.output_shape().rank() == 3)
    append(graph, random.below(2) == 0 ? "flatten" : "global_avg_pool2d", random);
  graph.append(make_layer("dense", {{"units", classes}}));
  return graph;
}

bool has_parameters(const LayerDraw& draw) {
  const LayerCase layer = draw_cases(draw).front();
  return !make_layer(layer.kind, layer.options)->parameters(layer.inputs).empty();
}

void dump_graph(Dump& dump, const Graph& graph) {
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Layer& layer = *graph.nodes()[i].layer;
    dump.text(fmt::format("node{}.kind", i), std::string(layer.kind()));
    dump.options(fmt::format("node{}.option", i), layer.options());
  }
  dump.text("nodes", std::to_string(graph.nodes().size()));
}

void dump_parameters(Dump& dump, const std::string& prefix, const Network& network) {
  for (size_t i = 0; i < network.graph().nodes().size(); ++i) {
    for (const Parameter& parameter : network.parameters_of(i))
      dump.floats(fmt::format("{}{}/{}", prefix, i, parameter.name), network.backend(),
                  parameter.value);
  }
}

void dump_network(const std::filesystem::path& folder, const LayerDraw& draw, uint64_t stream,
                  const BackendKind& kind) {
  const std::unique_ptr<Backend> backend = kind.make(2);
  Network network(random_network(draw, stream), *backend, 1);
  const std::unique_ptr<Loss> loss = make_loss("softmax_cross_entropy", {});
  Updater updater(network, find_optimizer("sgd").make({}), {});
  Random random(4, stream);
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < batch; ++i) labels.push_back(static_cast<int32_t>(random.below(classes)));
  const std::vector<float> images = random_floats(image.with_batch(batch).elements(), stream, 1);
  const Buffer memory = backend->allocate(labels.size() * sizeof(int32_t));
  const Tensor targets{{batch}, DType::i32, memory.memory()};
  const Buffer sums_memory = backend->allocate(3 * sizeof(float));
  const Tensor sums{{3}, DType::f32, sums_memory.memory()};
  backend->upload(labels.data(), targets);

  Dump dump;
  dump.text("kind", std::string(draw.kind));
  dump.text("backend", std::string(kind.name));
  dump.text("learning_rate", std::to_string(learning_rate));
  dump.text("steps", std::to_string(steps));
  dump_graph(dump, network.graph());
  dump.bytes("images", "F32", image.with_batch(batch), images.data(),
             images.size() * sizeof(float));
  dump.bytes("labels", "I32", {batch}, labels.data(), labels.size() * sizeof(int32_t));
  dump_parameters(dump, "initial/", network);
  for (uint64_t step = 1; step <= steps; ++step) {
    backend->set_step(updater.step_state(learning_rate, step, batch));
    backend->upload(images.data(), network.prepare(Mode::train, batch));
    const Tensor outputs = network.forward();
    loss->run(*backend, outputs, targets, {}, network.output_grad(), sums);
    network.backward();
    updater.add_batch(batch);
  }
  dump_parameters(dump, "final/", network);
  dump.write(folder / fmt::format("network-{}-{}.safetensors", draw.kind, kind.name));
}

}  // namespace

void dump_layer_training(const std::filesystem::path& folder) {
  uint64_t stream = 0;
  for (const LayerDraw& draw : layer_draws()) {
    ++stream;
    if (!has_parameters(draw)) continue;
    for (const BackendKind& kind : available_backends()) dump_network(folder, draw, stream, kind);
  }
}

}  // namespace convlab
