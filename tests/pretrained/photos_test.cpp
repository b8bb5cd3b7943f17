// Eight images from file to scores, against a reference in float64 that is written as the library
// of the weights would have it: channels first, blue, green and red.
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "loss/softmax_cross_entropy.h"
#include "optim/sgd.h"
#include "pretrained/load_pretrained.h"
#include "pretrained/prepare_image.h"
#include "pretrained/weight_files.h"
#include "train/trainer.h"

namespace convlab {
namespace {

constexpr int64_t side = 32;
constexpr int64_t classes = 7;
const std::array<double, 3> means{104, 117, 123};  // of blue, green, red

/// LeNet-5 as a file of Caffe's would have it.
WeightSet caffe_set() {
  WeightSet set = lenet5_set(side, classes);
  set.preprocessing = {.bgr = true, .range = 255, .mean = means, .resize = 36};
  return set;
}

/// The first weights are small, so that sums of 75 bytes stay where tanh is not flat.
WeightFile random_weights() {
  Random random(3, 1);
  WeightFile file;
  std::vector<float> first;
  for (int64_t i = 0; i < 6 * 3 * 5 * 5; ++i)
    first.push_back(to_unit_float(random.next()) * 4e-3F - 2e-3F);
  file.add("conv1.weight", {6, 3, 5, 5}, first);
  file.add_random("conv1.bias", {6}, random);
  file.add_random("conv2.weight", {16, 6, 5, 5}, random, 0.25F);
  file.add_random("conv2.bias", {16}, random);
  file.add_random("fc1.weight", {120, 16 * 6 * 6}, random, 0.125F);
  file.add_random("fc1.bias", {120}, random);
  file.add_random("fc2.weight", {84, 120}, random, 0.25F);
  file.add_random("fc2.bias", {84}, random);
  file.add_random("fc3.weight", {classes, 84}, random, 0.25F);
  file.add_random("fc3.bias", {classes}, random);
  return file;
}

/// (channels, side, side).
struct Planes {
  int64_t channels = 0;
  int64_t side = 0;
  std::vector<double> values;

  double at(int64_t c, int64_t y, int64_t x) const {
    if (y < 0 || x < 0 || y >= side || x >= side) return 0;
    return values[static_cast<size_t>((c * side + y) * side + x)];
  }
};

Planes convolved(const Planes& in, const WeightFile& file, const std::string& name, int64_t pad) {
  constexpr int64_t window = 5;
  const auto& kernel = file.values(name + ".weight");
  const auto& bias = file.values(name + ".bias");
  Planes out{.channels = std::ssize(bias), .side = in.side + 2 * pad - window + 1, .values = {}};
  for (int64_t o = 0; o < out.channels; ++o) {
    for (int64_t y = 0; y < out.side; ++y) {
      for (int64_t x = 0; x < out.side; ++x) {
        double sum = bias[static_cast<size_t>(o)];
        for (int64_t i = 0; i < in.channels; ++i) {
          for (int64_t dy = 0; dy < window; ++dy) {
            for (int64_t dx = 0; dx < window; ++dx) {
              const auto weight = ((o * in.channels + i) * window + dy) * window + dx;
              sum += kernel[static_cast<size_t>(weight)] * in.at(i, y + dy - pad, x + dx - pad);
            }
          }
        }
        out.values.push_back(std::tanh(sum));
      }
    }
  }
  return out;
}

Planes pooled(const Planes& in) {
  Planes out{.channels = in.channels, .side = in.side / 2, .values = {}};
  for (int64_t c = 0; c < out.channels; ++c) {
    for (int64_t y = 0; y < out.side; ++y) {
      for (int64_t x = 0; x < out.side; ++x) {
        out.values.push_back((in.at(c, 2 * y, 2 * x) + in.at(c, 2 * y, 2 * x + 1) +
                              in.at(c, 2 * y + 1, 2 * x) + in.at(c, 2 * y + 1, 2 * x + 1)) /
                             4);
      }
    }
  }
  return out;
}

std::vector<double> dense(const std::vector<double>& in, const WeightFile& file,
                          const std::string& name) {
  const auto& kernel = file.values(name + ".weight");
  const auto& bias = file.values(name + ".bias");
  std::vector<double> out;
  for (size_t o = 0; o < bias.size(); ++o) {
    double sum = bias[o];
    for (size_t i = 0; i < in.size(); ++i) sum += kernel[o * in.size() + i] * in[i];
    out.push_back(sum);
  }
  return out;
}

std::vector<double> squashed(std::vector<double> values) {
  for (double& value : values) value = std::tanh(value);
  return values;
}

/// What a reference may do wrong.
enum class Mistake : uint8_t { none, rgb, no_mean, channels_last };

/// Returns the outputs for the pixels (side, side, 3) of an image, red, green, blue.
std::vector<double> reference(const std::vector<uint8_t>& pixels, const WeightFile& file,
                              Mistake mistake = Mistake::none) {
  Planes image{.channels = 3, .side = side, .values = {}};
  for (int64_t c = 0; c < 3; ++c) {
    const int64_t color = mistake == Mistake::rgb ? c : 2 - c;
    const double mean = mistake == Mistake::no_mean ? 0 : means.at(static_cast<size_t>(c));
    for (int64_t p = 0; p < side * side; ++p)
      image.values.push_back(pixels[static_cast<size_t>(p * 3 + color)] - mean);
  }
  const Planes first = pooled(convolved(image, file, "conv1", 2));
  const Planes second = pooled(convolved(first, file, "conv2", 0));
  std::vector<double> features = second.values;
  if (mistake == Mistake::channels_last) {
    const int64_t area = second.side * second.side;
    for (int64_t c = 0; c < second.channels; ++c) {
      for (int64_t p = 0; p < area; ++p) {
        features[static_cast<size_t>(p * second.channels + c)] =
            second.values[static_cast<size_t>(c * area + p)];
      }
    }
  }
  features = squashed(dense(features, file, "fc1"));
  return dense(squashed(dense(features, file, "fc2")), file, "fc3");
}

/// The largest difference, relative to the largest reference.
double difference(const std::vector<float>& got, const std::vector<double>& expected) {
  double error = 0;
  double scale = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    error = std::max(error, std::abs(got[i] - expected[i]));
    scale = std::max(scale, std::abs(expected[i]));
  }
  return error / scale;
}

struct Photo {
  std::string name;
  int64_t height, width, channels;
};

/// Soft blobs of colour: what JPEG keeps well.
std::vector<uint8_t> jpeg_of(const Photo& photo, Random& random) {
  std::array<float, 9> wave{};
  for (float& number : wave) number = to_unit_float(random.next());
  std::vector<uint8_t> pixels;
  for (int64_t y = 0; y < photo.height; ++y) {
    for (int64_t x = 0; x < photo.width; ++x) {
      for (int64_t c = 0; c < photo.channels; ++c) {
        const auto at = static_cast<size_t>(3 * c);
        const double phase = 6 * wave.at(at) + 0.3 * wave.at(at + 1) * static_cast<double>(y) +
                             0.3 * wave.at(at + 2) * static_cast<double>(x);
        pixels.push_back(static_cast<uint8_t>(127.5 + 127 * std::sin(phase)));
      }
    }
  }
  std::vector<uint8_t> file;
  const auto append = [](void* context, void* data, int size) {
    auto* bytes = static_cast<std::vector<uint8_t>*>(context);
    const auto* first = static_cast<const uint8_t*>(data);
    bytes->insert(bytes->end(), first, first + size);
  };
  REQUIRE(stbi_write_jpg_to_func(append, &file, static_cast<int>(photo.width),
                                 static_cast<int>(photo.height), static_cast<int>(photo.channels),
                                 pixels.data(), 90) != 0);
  return file;
}

/// Returns the central pixels of an image whose shorter side needs no resizing.
std::vector<uint8_t> central_pixels(const DecodedImage& image) {
  const int64_t top = (image.height - side) / 2;
  const int64_t left = (image.width - side) / 2;
  std::vector<uint8_t> pixels;
  for (int64_t y = 0; y < side; ++y) {
    for (int64_t x = 0; x < side; ++x) {
      for (int64_t c = 0; c < 3; ++c) {
        const int64_t pixel = (top + y) * image.width + left + x;
        pixels.push_back(image.pixels[static_cast<size_t>(pixel * image.channels +
                                                          std::min(c, image.channels - 1))]);
      }
    }
  }
  return pixels;
}

}  // namespace

TEST_CASE("pretrained: eight JPEG files to scores, as in float64; common mistakes would show") {
  const WeightSet set = caffe_set();
  const WeightFile weights = random_weights();
  const auto backend = make_backend("", 1);
  Network network(pretrained_graph(set, NetworkPart::whole), *backend, 1);
  load_pretrained(network, set, *memory_source("small.file", weights.bytes()));
  Trainer trainer(network, std::make_unique<SoftmaxCrossEntropy>(), std::make_unique<Sgd>(), 0);
  Random random(5, 2);
  const auto last = network.graph().nodes().size() - 1;
  for (const Photo& photo :
       {Photo{"tabby", 36, 36, 3}, Photo{"high", 60, 36, 3}, Photo{"wide", 36, 50, 3},
        Photo{"grey", 36, 40, 1}, Photo{"exact", 32, 32, 3}, Photo{"sunset", 38, 36, 3},
        Photo{"small grey", 32, 32, 1}, Photo{"twice", 72, 36, 3}}) {
    INFO(photo.name);
    const DecodedImage image = decode_image(jpeg_of(photo, random), photo.name + ".jpg");
    REQUIRE(image.height == photo.height);
    const std::vector<float> got =
        trainer.layer_output({.images = prepare_image(image, set), .labels = {0}}, last);
    const std::vector<uint8_t> pixels = central_pixels(image);
    CHECK(difference(got, reference(pixels, weights)) < 1e-4);
    CHECK(difference(got, reference(pixels, weights, Mistake::no_mean)) > 1e-2);
    CHECK(difference(got, reference(pixels, weights, Mistake::channels_last)) > 1e-2);
    if (photo.channels == 3)
      CHECK(difference(got, reference(pixels, weights, Mistake::rgb)) > 1e-2);
  }
}

}  // namespace convlab
