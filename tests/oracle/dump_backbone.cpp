// The body of VGG16 with random weights, read from a file as Keras names and lays them out, and the
// output of each of its five blocks.

#include <cmath>

#include "dump_file.h"
#include "loss/softmax_cross_entropy.h"
#include "optim/sgd.h"
#include "pretrained/load_pretrained.h"
#include "train/trainer.h"

namespace convlab {

namespace {

constexpr int64_t batch = 2;

/// Small images, so that Keras in float64 takes seconds.
WeightSet vgg16() {
  WeightSet set = *find_weight_sets("vgg16").front();
  set.image = {32, 32, 3};
  return set;
}

/// Adds the tensors of a file in Keras' layout, (height, width, channels, filters), initialised as
/// in He et al. 2015.
void dump_weights(Dump& dump, const WeightSet& set, const Graph& graph) {
  uint64_t stream = 0;
  auto layer = set.namings.front().layers.begin();
  for (const Node& node : graph.nodes()) {
    if (node.layer->kind() != "conv2d") continue;
    const Shape kernel{3, 3, node.input_shapes[0][2], node.output_shape[2]};
    const auto fan_in = static_cast<float>(9 * kernel[2]);
    const auto weights = random_floats(kernel.elements(), ++stream, std::sqrt(6 / fan_in));
    const auto bias = random_floats(kernel[3], ++stream, 0.1F);
    dump.bytes(*layer + "/kernel", "F32", kernel, weights.data(), weights.size() * sizeof(float));
    dump.bytes(*layer + "/bias", "F32", {kernel[3]}, bias.data(), bias.size() * sizeof(float));
    ++layer;
  }
}

void dump_blocks(const std::filesystem::path& folder, const WeightSet& set,
                 const ByteSource& weights, const BackendKind& kind, Winograd winograd) {
  const std::unique_ptr<Backend> backend = kind.make(2);
  backend->set_winograd(winograd);
  Network network(pretrained_graph(set, NetworkPart::body), *backend, 1);
  load_pretrained(network, set, weights);
  Trainer trainer(network, std::make_unique<SoftmaxCrossEntropy>(), std::make_unique<Sgd>(), 0);
  Random random(1, 7);
  Batch images{.images = {}, .labels = std::vector<int32_t>(batch)};
  const Shape shape = set.image.with_batch(batch);
  for (int64_t i = 0; i < shape.elements(); ++i)
    images.images.push_back(static_cast<uint8_t>(random.below(256)));
  Dump dump;
  dump.text("backend", std::string(kind.name));
  dump.bytes("images", "U8", shape, images.images.data(), images.images.size());
  const auto& nodes = network.graph().nodes();
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].layer->kind() != "max_pool2d") continue;
    const std::vector<float> values = trainer.layer_output(images, i);
    dump.bytes("output/" + nodes[i].name, "F32", nodes[i].output_shape.with_batch(batch),
               values.data(), values.size() * sizeof(float));
  }
  dump.write(folder / fmt::format("backbone-{}-winograd-{}.safetensors", kind.name,
                                  winograd_names[static_cast<size_t>(winograd)]));
}

}  // namespace

void dump_backbone(const std::filesystem::path& folder) {
  const WeightSet set = vgg16();
  Dump weights;
  dump_weights(weights, set, pretrained_graph(set, NetworkPart::body));
  const std::filesystem::path path = folder / "weights-vgg16.safetensors";
  weights.write(path);
  const std::shared_ptr<const ByteSource> file = open_file(path);
  for (const BackendKind& kind : available_backends()) {
    for (const Winograd winograd : {Winograd::off, Winograd::always})
      dump_blocks(folder, set, *file, kind, winograd);
  }
}

}  // namespace convlab
