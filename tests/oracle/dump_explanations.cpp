// Grad-CAM and saliency of a small network with random weights.

#include "dump_file.h"
#include "explain/explanation.h"
#include "io/graph_json.h"

namespace convlab {

namespace {

constexpr int64_t class_index = 3;  // Grad-CAM is 0 at some places, not at all

Graph small_graph() {
  return parse_graph_json(R"({"input": [15, 12, 3], "layers": [
    {"kind": "conv2d", "name": "first", "options": {"filters": 8, "padding": "same"}},
    {"kind": "batch_norm", "name": "norm"}, {"kind": "relu"}, {"kind": "max_pool2d"},
    {"kind": "conv2d", "name": "second", "options": {"filters": 6, "padding": "same"}},
    {"kind": "relu", "name": "maps"}, {"kind": "flatten"},
    {"kind": "dense", "name": "hidden", "options": {"units": 20}}, {"kind": "relu"},
    {"kind": "dense", "name": "scores", "options": {"units": 4}}, {"kind": "softmax"}]})",
                          "oracle");
}

/// Statistics that differ from the initial ones, positive as variances must be.
void move_statistics(Network& network) {
  uint64_t stream = 50;
  for (const Parameter& parameter : network.parameters_of(1)) {
    std::vector<float> values = random_floats(parameter.value.elements(), ++stream, 0.3F);
    for (float& value : values) value += 0.7F;
    network.backend().upload(values.data(), parameter.value);
  }
  network.values_changed();
}

void dump_map(Dump& dump, const std::string& name, const ImageMap& map) {
  dump.bytes(name, "F32", {map.height, map.width}, map.values.data(),
             map.values.size() * sizeof(float));
}

}  // namespace

void dump_explanations(const std::filesystem::path& folder) {
  for (const BackendKind& kind : available_backends()) {
    const std::unique_ptr<Backend> backend = kind.make(2);
    Network network(small_graph(), *backend, 4);
    move_statistics(network);
    Random random(1, 8);
    const Shape& image = network.graph().input_shape();
    std::vector<uint8_t> pixels;
    for (int64_t i = 0; i < image.elements(); ++i)
      pixels.push_back(static_cast<uint8_t>(random.below(256)));
    Dump dump;
    dump.text("backend", std::string(kind.name));
    dump.text("class", std::to_string(class_index));
    dump.bytes("image", "U8", image, pixels.data(), pixels.size());
    for (const Parameter& parameter : network.parameters())
      dump.floats("weights/" + parameter.name, *backend, parameter.value);
    for (const char* method : {"gradcam", "saliency"}) {
      const Explanation result =
          explain({network, ""}, pixels, {.method = method, .class_index = class_index});
      dump_map(dump, method, result.map);
      dump.doubles(fmt::format("{}/probability", method), {result.explained.probability});
    }
    dump.write(folder / fmt::format("explanations-{}.safetensors", kind.name));
  }
}

}  // namespace convlab
