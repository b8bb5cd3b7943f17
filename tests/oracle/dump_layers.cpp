// Layers on random inputs: outputs, gradients and statistics; their default options and initial
// parameters.

#include <fmt/format.h>
#include <algorithm>

#include "dump_file.h"
#include "layer_cases.h"
#include "nn/activations.h"
#include "nn/initializer_choices.h"
#include "nn/network.h"
#include "nn/test_layers.h"

namespace convlab {

namespace {

/// The inputs are outputs of Learned layers, so that they have gradients.
Graph graph_of(const LayerCase& layer) {
  Graph graph(layer.inputs[0]);
  std::vector<size_t> read;
  for (const Shape& shape : layer.inputs) {
    read.push_back(graph.add(std::make_unique<Learned>(shape, layer.batch), {0},
                             fmt::format("input{}", read.size())));
  }
  graph.add(make_layer(layer.kind, layer.options), read, "layer");
  if (layer.relu) graph.append(std::make_unique<Relu>());
  return graph;
}

void upload(Network& network, const Tensor& tensor, uint64_t stream, float scale, float offset) {
  std::vector<float> values = random_floats(tensor.elements(), stream, scale);
  for (float& value : values) value += offset;
  network.backend().upload(values.data(), tensor);
}

void draw_values(Network& network, float scale) {
  uint64_t stream = 10;
  for (const Parameter& parameter : network.parameters()) {
    const bool input = parameter.name.starts_with("input");
    const bool variance = parameter.name.ends_with("variance");
    upload(network, parameter.value, stream++,
           input      ? scale
           : variance ? 0.5F
                      : 1.0F,
           variance ? 1.0F : 0.0F);
  }
  network.values_changed();
}

void dump_layer(Dump& dump, const LayerCase& layer, const Backend& backend) {
  dump.text("kind", std::string(layer.kind));
  dump.text("backend", std::string(backend.name()));
  dump.text("relu", layer.relu ? "true" : "false");
  dump.options("option", make_layer(layer.kind, layer.options)->options());
}

void dump_values(Dump& dump, const Network& network) {
  for (const Parameter& parameter : network.parameters())
    dump.floats("value/" + parameter.name, network.backend(), parameter.value);
}

void dump_case(const std::filesystem::path& folder, const LayerCase& layer, size_t number,
               const BackendKind& kind) {
  const std::unique_ptr<Backend> backend = kind.make(2);
  Network network(graph_of(layer), *backend, 1);
  backend->set_step({.learning_rate = 0, .step = 1});
  Dump dump;
  dump_layer(dump, layer, *backend);
  draw_values(network, layer.scale);
  dump_values(dump, network);
  network.prepare(Mode::train, layer.batch);
  dump.floats("output", *backend, network.forward());
  // Read before backward, which may reuse its memory.
  if (layer.kind.ends_with("dropout"))
    dump.floats("mask", *backend, network.saved_of(layer.inputs.size())[0]);
  upload(network, network.output_grad(), 9, 1, 0);
  dump.floats("grad_output", *backend, network.output_grad());
  network.backward();
  for (const Parameter& parameter : network.parameters()) {
    if (parameter.grad)
      dump.floats("grad/" + parameter.name, *backend, parameter.grad);
    else
      dump.floats("after/" + parameter.name, *backend, parameter.value);
  }
  network.prepare(Mode::eval, layer.batch);
  dump.floats("evaluated", *backend, network.forward());
  dump.write(folder / fmt::format("layer-{}-{}-{}.safetensors", layer.kind, number, kind.name));
}

/// Dumps the initial parameters of a layer large enough to estimate their distribution.
void dump_initial(const std::filesystem::path& folder, const LayerDraw& draw,
                  const std::string& initializer) {
  const std::unique_ptr<Backend> backend = make_backend("host", 1);
  LayerCase layer{
      draw.kind, draw.needed, {draw.inputs == Inputs::vector ? Shape{96} : Shape{8, 8, 64}}};
  layer.options.emplace_back("initializer", initializer);
  layer.options.emplace_back("initializer_value", 0.25);
  const Network network(graph_of(layer), *backend, 1);
  Dump dump;
  dump_layer(dump, layer, *backend);
  dump.text("initializer", initializer);
  dump_values(dump, network);
  dump.write(folder / fmt::format("initial-{}-{}.safetensors", draw.kind, initializer));
}

bool has_initializer(const Options& options) {
  return std::any_of(options.begin(), options.end(),
                     [](const auto& option) { return option.first == "initializer"; });
}

}  // namespace

void dump_layers(const std::filesystem::path& folder, Dump& manifest) {
  for (const LayerDraw& draw : layer_draws()) {
    const Options defaults = make_layer(draw.kind, draw.needed)->options();
    manifest.options("default." + std::string(draw.kind), defaults);
    if (has_initializer(defaults)) {
      for (const auto& choice : initializer_choices)
        dump_initial(folder, draw, std::string(choice.name));
    }
    size_t number = 0;
    for (const LayerCase& layer : draw_cases(draw)) {
      for (const BackendKind& kind : available_backends()) dump_case(folder, layer, number, kind);
      ++number;
    }
  }
  manifest.text("layers", names(layer_kinds(), &LayerKind::kind));
  manifest.text("initializers", names(initializer_choices, &Choice<Initializer>::name));
}

}  // namespace convlab
