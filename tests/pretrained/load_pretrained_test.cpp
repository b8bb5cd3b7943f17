#include "pretrained/load_pretrained.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "pretrained/file_layout.h"
#include "pretrained/weight_files.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

/// A set for LeNet-5 on images of 16×16 pixels, whose files have PyTorch's or Keras' layouts.
WeightSet small_set() {
  WeightSet set = lenet5_set(16, 3);
  LayerNaming& keras = set.namings.emplace_back();
  keras.naming.layout = KernelLayout::hwio;
  keras.naming.parameters = {{"kernel", "/kernel"}, {"bias", "/bias"}};
  keras.layers = {"c1", "c2", "d1", "d2", "d3"};
  return set;
}

/// Returns what another library calls `value[o, i, y, x]`, from a kernel OIHW.
std::vector<float> to_hwio(const std::vector<float>& oihw, int64_t out, int64_t in, int64_t side) {
  std::vector<float> hwio(oihw.size());
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < in; ++i) {
      for (int64_t p = 0; p < side * side; ++p) {
        hwio[static_cast<size_t>((p * in + i) * out + o)] =
            oihw[static_cast<size_t>((o * in + i) * side * side + p)];
      }
    }
  }
  return hwio;
}

/// The same weights as Keras names and lays them out.
WeightFile keras_file() {
  const WeightFile torch = lenet5_weights();
  WeightFile file;
  file.add("c1/kernel", {5, 5, 3, 6}, to_hwio(torch.values("conv1.weight"), 6, 3, 5));
  file.add("c1/bias", {6}, torch.values("conv1.bias"));
  file.add("c2/kernel", {5, 5, 6, 16}, to_hwio(torch.values("conv2.weight"), 16, 6, 5));
  file.add("c2/bias", {16}, torch.values("conv2.bias"));
  // A dense layer reads the image's channels last, so it is a convolution of the whole image.
  file.add("d1/kernel", {64, 120}, to_hwio(torch.values("fc1.weight"), 120, 16, 2));
  file.add("d1/bias", {120}, torch.values("fc1.bias"));
  file.add("d2/kernel", {120, 84}, to_hwio(torch.values("fc2.weight"), 84, 120, 1));
  file.add("d2/bias", {84}, torch.values("fc2.bias"));
  file.add("d3/kernel", {84, 3}, to_hwio(torch.values("fc3.weight"), 3, 84, 1));
  file.add("d3/bias", {3}, torch.values("fc3.bias"));
  return file;
}

/// A network and the weights that it has read.
struct Loaded {
  std::unique_ptr<Backend> backend = make_backend("host", 1);
  std::unique_ptr<Network> network;

  Loaded(const WeightSet& set, NetworkPart part, const ByteSource& source) {
    network = std::make_unique<Network>(pretrained_graph(set, part), *backend, 1);
    load_pretrained(*network, set, source);
  }

  std::vector<float> values(std::string_view name) const {
    for (const Parameter& parameter : network->parameters()) {
      if (parameter.name != name) continue;
      const auto read = backend->read_back(parameter.value);
      return {read->values().begin(), read->values().end()};
    }
    throw std::logic_error("no such parameter");
  }
};

std::shared_ptr<const ByteSource> source_of(const WeightFile& file) {
  return memory_source("small.file", file.bytes());
}

TEST_CASE("load_pretrained: OIHW and HWIO, and dense kernels in their order of pixels, agree") {
  const WeightSet set = small_set();
  const Loaded torch(set, NetworkPart::whole, *source_of(lenet5_weights()));
  const Loaded keras(set, NetworkPart::whole, *source_of(keras_file()));
  for (const Parameter& parameter : torch.network->parameters()) {
    INFO(parameter.name);
    CHECK(torch.values(parameter.name) == keras.values(parameter.name));
  }
  // conv1.weight[4, 2, 1, 3] and fc1.weight[7, channel 5 of pixel (1, 0)].
  const WeightFile file = lenet5_weights();
  CHECK(torch.values("conv2d_1.kernel")[((4 * 5 + 1) * 5 + 3) * 3 + 2] ==
        file.values("conv1.weight")[((4 * 3 + 2) * 5 + 1) * 5 + 3]);
  CHECK(torch.values("dense_1.kernel")[7 * 64 + 2 * 16 + 5] ==
        file.values("fc1.weight")[7 * 64 + 5 * 4 + 2]);
  CHECK(torch.values("dense_3.bias") == file.values("fc3.bias"));
}

TEST_CASE("load_pretrained: blue, green, red becomes red, green, blue in the first kernel alone") {
  WeightSet set = small_set();
  const Loaded rgb(set, NetworkPart::body, *source_of(lenet5_weights()));
  set.preprocessing.bgr = true;
  const Loaded bgr(set, NetworkPart::body, *source_of(lenet5_weights()));
  std::vector<float> reversed = rgb.values("conv2d_1.kernel");
  for (size_t i = 0; i < reversed.size(); i += 3) std::swap(reversed[i], reversed[i + 2]);
  CHECK(bgr.values("conv2d_1.kernel") == reversed);
  CHECK(bgr.values("conv2d_2.kernel") == rgb.values("conv2d_2.kernel"));
}

TEST_CASE("load_pretrained: the body reads the tensors of its layers and no others") {
  const WeightSet set = small_set();
  WeightFile file;
  const WeightFile whole = lenet5_weights();
  file.add("conv1.weight", {6, 3, 5, 5}, whole.values("conv1.weight"));
  file.add("conv1.bias", {6}, whole.values("conv1.bias"));
  file.add("conv2.weight", {16, 6, 5, 5}, whole.values("conv2.weight"));
  file.add("conv2.bias", {16}, whole.values("conv2.bias"));
  file.add("unused", {1000}, std::vector<float>(1000));
  const Loaded body(set, NetworkPart::body, *source_of(file));
  CHECK(body.network->graph().output_shape() == Shape{2, 2, 16});
  CHECK(body.values("conv2d_2.bias") == whole.values("conv2.bias"));
  const auto backend = make_backend("host", 1);
  Network network(pretrained_graph(set, NetworkPart::whole), *backend, 1);
  CHECK_THROWS_MATCHES(
      load_pretrained(network, set, *source_of(file)), Error,
      MessageMatches(ContainsSubstring(
          "small.file lacks 6 of the 10 tensors of small: \"fc1.weight\", \"fc1.bias\", "
          "\"fc2.weight\", \"fc2.bias\", \"fc3.weight\", \"fc3.bias\"")));
}

TEST_CASE("load_pretrained: every tensor of another shape or type is named, and nothing changes") {
  const WeightSet set = small_set();
  const std::vector<uint8_t> whole = lenet5_weights().bytes();
  SafeTensors file = parse_safetensors(whole, "test");
  const std::vector<uint8_t> bias(6 * sizeof(double));
  const std::vector<uint8_t> kernel(16 * 5 * 5 * 6 * sizeof(float));
  for (SafeTensor& tensor : file.tensors) {
    if (tensor.name == "conv1.bias") tensor = {"conv1.bias", "F64", {6}, bias};
    if (tensor.name == "conv2.weight") tensor = {"conv2.weight", "F32", {16, 5, 5, 6}, kernel};
  }
  const auto backend = make_backend("host", 1);
  Network network(pretrained_graph(set, NetworkPart::whole), *backend, 1);
  const auto first = [&] { return backend->read_back(network.parameters()[0].value)->values()[0]; };
  const float before = first();
  CHECK_THROWS_MATCHES(
      load_pretrained(network, set, *memory_source("bad.file", safetensors_bytes(file))), Error,
      MessageMatches(
          ContainsSubstring("bad.file: 2 tensors have another type or shape: \"conv1.bias\" is F64 "
                            "(6), expected F32, F16 or BF16 (6); \"conv2.weight\" is F32 (16, 5, "
                            "5, 6), expected F32, F16 or BF16 (16, 6, 5, 5)")));
  CHECK(first() == before);
}

TEST_CASE("load_pretrained: values that are not finite are refused") {
  WeightFile file;
  const WeightFile whole = lenet5_weights();
  std::vector<float> kernel = whole.values("conv1.weight");
  kernel[7] = std::numeric_limits<float>::infinity();
  file.add("conv1.weight", {6, 3, 5, 5}, kernel);
  file.add("conv1.bias", {6}, whole.values("conv1.bias"));
  file.add("conv2.weight", {16, 6, 5, 5}, whole.values("conv2.weight"));
  file.add("conv2.bias", {16}, whole.values("conv2.bias"));
  CHECK_THROWS_MATCHES(Loaded(small_set(), NetworkPart::body, *source_of(file)), Error,
                       MessageMatches(ContainsSubstring(
                           "tensor \"conv1.weight\" holds values that are not finite")));
}

/// Checks that parameters come from the tensors that the other library has in their place.
void check_names(const char* name,
                 const std::vector<std::pair<std::string, std::string>>& parameter_and_tensor) {
  INFO(name);
  WeightSet set = *find_weight_sets(name).front();
  set.image = {32, 32, 3};
  set.classes = 4;
  const NetworkPart part =
      std::string(name) == "vgg11-torchvision" ? NetworkPart::body : NetworkPart::whole;
  const WeightFile file = numbered_file(set, pretrained_graph(set, part));
  const Loaded loaded(set, part, *source_of(file));
  for (const auto& [parameter, tensor] : parameter_and_tensor) {
    INFO(parameter);
    CHECK(loaded.values(parameter).front() == file.values(tensor).front());
  }
}

TEST_CASE("load_pretrained: names of torchvision's and Keras' networks") {
  check_names("resnet18-torchvision", {{"conv2d_1.kernel", "conv1.weight"},
                                       {"batch_norm_1.moving_variance", "bn1.running_var"},
                                       {"conv2d_5.kernel", "layer1.1.conv2.weight"},
                                       {"conv2d_6.kernel", "layer2.0.conv1.weight"},
                                       {"conv2d_8.kernel", "layer2.0.downsample.0.weight"},
                                       {"batch_norm_8.beta", "layer2.0.downsample.1.bias"},
                                       {"conv2d_20.kernel", "layer4.1.conv2.weight"},
                                       {"dense_1.kernel", "fc.weight"}});
  check_names("mobilenet-v1", {{"conv2d_1.kernel", "conv1/kernel"},
                               {"batch_norm_1.gamma", "conv1_bn/gamma"},
                               {"depthwise_conv2d_1.kernel", "conv_dw_1/depthwise_kernel"},
                               {"batch_norm_2.moving_mean", "conv_dw_1_bn/moving_mean"},
                               {"conv2d_2.kernel", "conv_pw_1/kernel"},
                               {"depthwise_conv2d_13.kernel", "conv_dw_13/depthwise_kernel"},
                               {"batch_norm_27.moving_variance", "conv_pw_13_bn/moving_variance"},
                               {"dense_1.bias", "conv_preds/bias"}});
  check_names("vgg11-torchvision",
              {{"conv2d_2.kernel", "features.3.weight"}, {"conv2d_8.bias", "features.18.bias"}});
}

TEST_CASE("match_weight_set: the set whose tensors a file has") {
  const std::vector<const WeightSet*> sets = find_weight_sets("squeezenet1.1-torchvision");
  const WeightFile file =
      numbered_file(*sets.front(), pretrained_graph(*sets.front(), NetworkPart::whole));
  std::vector<const WeightSet*> both = find_weight_sets("squeezenet1.1");
  both.insert(both.end(), sets.begin(), sets.end());
  const auto source = source_of(file);
  const SafeTensorsHeader header = read_safetensors_header(*source);
  CHECK(match_weight_set(both, NetworkPart::whole, header, "a.file").name ==
        "squeezenet1.1-torchvision");
  CHECK_THROWS_MATCHES(
      match_weight_set(find_weight_sets("vgg16"), NetworkPart::whole, header, "a.file"), Error,
      MessageMatches(ContainsSubstring("a.file lacks 26 of the 26 tensors of")));
}

TEST_CASE("pretrained_graph: a set without a classifier has a body alone") {
  CHECK_THROWS_MATCHES(
      pretrained_graph(*find_weight_sets("vgg16").front(), NetworkPart::whole), Error,
      MessageMatches(ContainsSubstring("vgg16 has no classifier: its file holds the layers up to "
                                       "max_pool2d_5 alone")));
}

}  // namespace
}  // namespace convlab
