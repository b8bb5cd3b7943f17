#include "io/model_file.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "backend/backend.h"
#include "core/error.h"
#include "zoo/zoo.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

const Shape image{12, 12, 1};

Network make_network(Backend& backend, std::string_view model, uint64_t seed, int64_t classes = 4) {
  return Network(find_model(model).build(image, classes), backend, seed);
}

std::vector<float> values(const Network& network) {
  const auto read = network.backend().read_back(network.values());
  return {read->values().begin(), read->values().end()};
}

const TrainingInfo training{
    "mnist-cnn",
    "mnist",
    {"zero", "one", "zwei ²", ""},
    {{"batch", int64_t{128}}, {"learning_rate", 1e-3}, {"optimizer", std::string("adam")}}};

/// Returns the file `bytes` with the metadata entry `key` set to `value`.
std::vector<uint8_t> with_metadata(const std::vector<uint8_t>& bytes, const std::string& key,
                                   const std::string& value) {
  SafeTensors file = parse_safetensors(bytes, "test");
  file.metadata[key] = value;
  return safetensors_bytes(file);
}

}  // namespace

TEST_CASE("model file: models are read back bit for bit") {
  const auto backend = make_backend("host", 1);
  for (const std::string_view model : {"mnist-mlp", "mnist-cnn", "simple-convnet"}) {
    INFO(model);
    const Network original = make_network(*backend, model, 3);
    ModelFile file = parse_model(model_bytes(original, training), "test");
    CHECK(file.training == training);

    Network copy(std::move(file.graph), *backend, 4);
    CHECK(values(copy) != values(original));
    const uint64_t version = copy.parameters()[0].version;
    load_weights(copy, file);
    CHECK(values(copy) == values(original));
    CHECK(copy.parameters()[0].version > version);
    CHECK(model_bytes(copy, training) == file.bytes);
  }
}

TEST_CASE("model file: a diverged model is not written") {
  const auto backend = make_backend("host", 1);
  const Network network = make_network(*backend, "mnist-mlp", 3);
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), HUGE_VALF, -HUGE_VALF}) {
    network.parameters()[2].value.data()[5] = value;
    CHECK_THROWS_MATCHES(
        model_bytes(network, training), Error,
        MessageMatches(ContainsSubstring("dense_2.kernel") && ContainsSubstring("diverged")));
  }
}

TEST_CASE("model file: weights of another architecture are refused and change nothing") {
  const auto backend = make_backend("host", 1);
  const ModelFile file =
      parse_model(model_bytes(make_network(*backend, "mnist-mlp", 3), training), "some.file");
  const auto check = [&](Network network, const std::string& message) {
    const std::vector<float> before = values(network);
    CHECK_THROWS_MATCHES(
        load_weights(network, file), Error,
        MessageMatches(ContainsSubstring("some.file") && ContainsSubstring(message)));
    CHECK(values(network) == before);
  };
  check(make_network(*backend, "mnist-cnn", 1), "lacks the tensor \"conv2d_1.kernel\"");
  // Its first tensors match, the last ones do not.
  check(make_network(*backend, "mnist-mlp", 1, 5), "expected F32 (5, 100)");
}

TEST_CASE("model file: tensors must match the architecture") {
  const auto backend = make_backend("host", 1);
  const std::vector<uint8_t> bytes = model_bytes(make_network(*backend, "mnist-mlp", 3), training);
  const SafeTensors good = parse_safetensors(bytes, "test");
  const auto refused = [](const SafeTensors& file, const std::string& message) {
    CHECK_THROWS_MATCHES(
        parse_model(safetensors_bytes(file), "some.file"), Error,
        MessageMatches(ContainsSubstring("some.file") && ContainsSubstring(message)));
  };
  SafeTensors file = good;
  file.tensors.pop_back();
  refused(file, "lacks the tensor \"dense_2.bias\"");

  file = good;
  file.tensors.push_back({"more", "F32", {0}, {}});
  refused(file, "has a tensor \"more\"");

  file = good;
  file.tensors.back().dtype = "I32";
  refused(file, "is I32 (4); expected F32 (4)");

  file = good;
  file.tensors.back().shape = {2, 2};
  refused(file, "is F32 (2, 2); expected F32 (4)");
}

TEST_CASE("model file: missing and invalid metadata is refused") {
  const auto backend = make_backend("host", 1);
  const std::vector<uint8_t> bytes = model_bytes(make_network(*backend, "mnist-mlp", 3), training);
  const auto refused = [](const std::vector<uint8_t>& changed, const std::string& message) {
    INFO(message);
    CHECK_THROWS_MATCHES(
        parse_model(changed, "some.file"), Error,
        MessageMatches(ContainsSubstring("some.file") && ContainsSubstring(message)));
  };
  SafeTensors plain = parse_safetensors(bytes, "test");
  plain.metadata.clear();
  refused(safetensors_bytes(plain), "expected a file written by convlab");
  refused(with_metadata(bytes, "convlab.architecture", "{"),
          "the architecture, line 1, column 2: not JSON");
  refused(with_metadata(bytes, "convlab.architecture", R"({"version":9})"), "has version 9");
  refused(with_metadata(bytes, "convlab.training", "[]"), "training information must be an object");
  refused(with_metadata(bytes, "convlab.training",
                        R"({"model":"","data":"","class_names":[1],"options":{}})"),
          "class_names must be a list of strings");
  refused({'P', 'K', 3, 4}, "4 bytes");
}

TEST_CASE("model file: control characters in names are escaped, as they are shown in a terminal") {
  const auto backend = make_backend("host", 1);
  const std::vector<uint8_t> bytes = model_bytes(make_network(*backend, "mnist-mlp", 3), training);
  const std::string info =
      R"({"model":"\u001b[2J","data":"\u009b","class_names":["ü","\n"],"options":{}})";
  const TrainingInfo read =
      parse_model(with_metadata(bytes, "convlab.training", info), "test").training;
  CHECK(read.model == "%1B[2J");
  CHECK(read.data == "%C2%9B");
  CHECK(read.class_names == std::vector<std::string>{"ü", "%0A"});
}

TEST_CASE("model file: a file without training information is valid") {
  const auto backend = make_backend("host", 1);
  const std::vector<uint8_t> bytes = model_bytes(make_network(*backend, "mnist-mlp", 3), training);
  SafeTensors file = parse_safetensors(bytes, "test");
  file.metadata.erase("convlab.training");
  CHECK(parse_model(safetensors_bytes(file), "test").training == TrainingInfo{});
}

}  // namespace convlab
