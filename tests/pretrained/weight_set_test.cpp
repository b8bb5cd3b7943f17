#include "pretrained/weight_set.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>

#include "core/error.h"
#include "data/imagenet_classes.h"
#include "pretrained/load_pretrained.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

TEST_CASE("expand_names: alternatives and ranges, the leftmost slowest") {
  CHECK(expand_names("conv1") == std::vector<std::string>{"conv1"});
  CHECK(expand_names("fire{2..3}/{a,b}") ==
        std::vector<std::string>{"fire2/a", "fire2/b", "fire3/a", "fire3/b"});
  CHECK(expand_names("f.{0,10}") == std::vector<std::string>{"f.0", "f.10"});
  for (const char* bad : {"a{1..2", "a}", "a}b{"}) {
    CHECK_THROWS_MATCHES(expand_names(bad), Error,
                         MessageMatches(ContainsSubstring("has a brace without its counterpart")));
  }
  CHECK_THROWS_MATCHES(expand_names("{1..100}{1..100}"), Error,
                       MessageMatches(ContainsSubstring("more than 1000 names")));
}

TEST_CASE("weight sets: names and files are unique, and each names every layer of its network") {
  std::set<std::string> names;
  std::set<std::string> files;
  for (const WeightSet& set : weight_sets()) {
    INFO(set.name);
    CHECK(names.insert(set.name).second);
    CHECK(files.insert(set.file).second);
    CHECK(set.url.empty() != set.get.empty());
    CHECK(!set.source.empty());
    CHECK(!set.licence.empty());
    const Graph body = pretrained_graph(set, NetworkPart::body);
    const Graph graph = set.head ? pretrained_graph(set, NetworkPart::whole) : body;
    size_t layers = 0;
    for (const Node& node : graph.nodes())
      layers += node.layer->parameters(node.input_shapes).empty() ? 0 : 1;
    for (const LayerNaming& naming : set.namings) {
      CHECK(naming.layers.size() == layers);
      CHECK(std::set(naming.layers.begin(), naming.layers.end()).size() == layers);
    }
    CHECK(body.nodes().back().name == set.body);
    const auto is_last_block = [&](const Node& node) { return node.name == set.last_block; };
    const auto last_block = std::ranges::find_if(body.nodes(), is_last_block);
    REQUIRE(last_block != body.nodes().end());
    CHECK(last_block->trainable());
    CHECK(8 * set.image[0] == 7 * set.preprocessing.resize);  // ResizeMode::center
    CHECK(body.output_shape().rank() == 3);
    CHECK(class_names_of(set).size() == (set.head ? 1000 : 0));
  }
  CHECK(names.size() >= 8);
}

TEST_CASE("weight sets: the classes of ImageNet are in the order of its challenge") {
  const std::vector<std::string> names = class_names_of(*find_weight_sets("googlenet").front());
  CHECK(std::set(names.begin(), names.end()).size() == 1000);
  CHECK(names[0] == "tench");
  CHECK(names[217] == "English springer");
  CHECK(names[999] == "toilet tissue");
  // The few names that folders of images get are the same.
  CHECK(imagenet_class("n01440764") == names[0]);
  CHECK(imagenet_class("n02088364") == names[162]);
  CHECK(imagenet_class("n02102040") == names[217]);
}

TEST_CASE("preprocessing: bytes of red, green and blue get the published means and deviations") {
  const auto check = [](const char* name, const std::array<double, 3>& black,
                        const std::array<double, 3>& white) {
    INFO(name);
    const InputNormalization n = find_weight_sets(name).front()->preprocessing.normalization();
    for (size_t i = 0; i < 3; ++i) {
      CHECK_THAT(n.offset[i], Catch::Matchers::WithinRel(black.at(i), 1e-6));
      CHECK_THAT(255 * n.scale[i] + n.offset[i], Catch::Matchers::WithinRel(white.at(i), 1e-5));
    }
  };
  // Caffe's means are those of blue, green and red.
  check("googlenet", {-123, -117, -104}, {132, 138, 151});
  check("resnet18-torchvision", {-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225},
        {0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225});
  check("mobilenet-v1", {-1, -1, -1}, {1, 1, 1});
}

TEST_CASE("find_weight_sets: by the set's name or the model's") {
  REQUIRE(find_weight_sets("vgg16-torchvision").size() == 1);
  CHECK(find_weight_sets("resnet18").front()->name == "resnet18-torchvision");
  CHECK_THROWS_MATCHES(find_weight_sets("vgg19"), Error,
                       MessageMatches(ContainsSubstring("unknown pretrained network 'vgg19'") &&
                                      ContainsSubstring("vgg16-torchvision")));
}

}  // namespace
}  // namespace convlab
