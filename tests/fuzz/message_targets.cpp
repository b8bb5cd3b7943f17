#include <array>
#include <string>
#include <vector>

#include "core/options_text.h"
#include "data/augment/augmentation.h"
#include "data/augment/augmentation_text.h"
#include "data/augment/keras_augmentation.h"
#include "engine/protocol.h"
#include "engine/run_loss.h"
#include "fuzz/target_parts.h"

namespace convlab {

// Messages between the page's threads, and values of options.
namespace {

void read_request(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  const IdentifiedRequest read = decode_request(parts.text, parts.bytes);
  must([&] {
    const EncodedMessage again = encode(read.request, read.id);
    expect(encode(decode_request(again.json, again.block).request, read.id).json == again.json);
  });
}

void read_reply(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  const Reply reply = decode_reply(parts.text, parts.bytes);
  must([&] {
    const EncodedMessage again = encode(reply);
    expect(encode(decode_reply(again.json, again.block)).json == again.json);
  });
}

void read_snapshot(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  Snapshot snapshot;
  snapshot.history.resize(3);
  decode_snapshot(parts.text, parts.bytes, snapshot);
  must([&] {
    SeenParts seen;
    const EncodedMessage again = encode(snapshot, seen);
    decode_snapshot(again.json, again.block, snapshot);
  });
}

void read_options(std::span<const uint8_t> input) { parse_options(text_of(input)); }

std::vector<Bytes> request_seeds() {
  RunOptions options;
  options.optimizer_options = {{"beta1", 0.5}, {"decay_biases", true}, {"name", std::string("x")}};
  std::vector<Bytes> seeds;
  for (const Request& request :
       {Request(Configure{options}), Request(Start{}), Request(SetLearningRate{0.01}),
        Request(Predict{{.height = 2, .width = 1, .channels = 1, .pixels = {7, 8}}}),
        Request(Explain{{.index = 2}, "b", {.layer = "a", .seed = 1}}), Request(ShowFilters{"a"}),
        Request(ShowPixel{{.is_test_image = true}, "a", 1, 2, 3}),
        Request(DescribeModel{.model = "m", .image = {28, 28, 1}})}) {
    const EncodedMessage encoded = encode(request, 3);
    seeds.push_back(joined(encoded.json, encoded.block));
  }
  return seeds;
}

std::vector<Bytes> reply_seeds() {
  ModelDescription model;
  ExplainedImage explained;
  explained.explanation.map = {1, 2, {0, 1}};
  explained.pixels = {1, 2, 3};
  model.layers = {{.name = "a", .kind = "relu", .inputs = {"input"}, .output = {28, 28, 1}}};
  std::vector<Bytes> seeds;
  for (const Reply& reply :
       {Reply{.id = 1, .error = "no"}, Reply{.id = 2, .result = model},
        Reply{.id = 3, .result = SavedFile{"a", {1, 2, 3}}}, Reply{.id = 5, .result = explained},
        Reply{.id = 6, .result = FilterImages{{"a", 1, 1, 2, 1, {1, -1}}}},
        Reply{.id = 7, .result = PixelSum{{.layer = "a", .patch = {1}, .products = {0.5}}}},
        Reply{.id = 4, .result = Evaluation{.class_names = {"a"}, .support = {1}}}}) {
    const EncodedMessage encoded = encode(reply);
    seeds.push_back(joined(encoded.json, encoded.block));
  }
  return seeds;
}

std::vector<Bytes> snapshot_seeds() {
  Snapshot snapshot;
  snapshot.class_names = {"a", "b"};
  snapshot.history.resize(2);
  snapshot.train_loss = {{1, 2}, {3, 4}};
  snapshot.sequence = snapshot.setup_version = snapshot.curves_version = 4;
  snapshot.samples = {{2, 3, 1, Bytes(12), {0, 1}}, 4};
  snapshot.predictions = {{{1, 1}, {0.5F, 0.25F}}, 4};
  snapshot.filters = {{1, 2, 2, 1, {1, 2, 3, 4}}, 4};
  SeenParts none;
  SeenParts all{.sequence = 3, .epochs = 1};
  const EncodedMessage first = encode(snapshot, none);
  const EncodedMessage next = encode(snapshot, all);
  return {joined(first.json, first.block), joined(next.json, next.block)};
}

std::vector<Bytes> option_seeds() {
  return {bytes_of("momentum=0.9,nesterov=true"), bytes_of("weights=1,2,3, epochs = 12")};
}

/// What was accepted can be applied and written.
void use_augmentation(const AugmentationOptions& options) {
  must([&] {
    Bytes pixels(size_t{5} * 4 * 3, 9);
    Augmentation::Scratch scratch;
    Augmentation(options).apply(pixels, {5, 4, 3}, {1, 2, 3}, scratch);
    const std::string text = augmentation_text(options);
    expect(augmentation_text(parse_augmentation(text)) == text);
  });
}

void read_augmentation(std::span<const uint8_t> input) {
  use_augmentation(parse_augmentation(text_of(input)));
}

void read_keras_augmentation(std::span<const uint8_t> input) {
  use_augmentation(augmentation_from_keras_json(text_of(input)).options);
}

std::vector<Bytes> augmentation_seeds() {
  return {bytes_of("flip,shift=0.1,rotate=15,zoom=0.2,fill_mode=wrap,cval=3"),
          bytes_of("alternating_flip,crop_padding=4,cutout=8,noise=2.5,rand_augment=2,erase=1")};
}

std::vector<Bytes> keras_augmentation_seeds() {
  return {bytes_of(R"({"rotation_range": 15, "width_shift_range": 0.1, "height_shift_range": 2.0,
                       "zoom_range": [0.5, 1], "horizontal_flip": true, "rescale": 0.0039})"),
          bytes_of(R"({"brightness_range": [0.5, 1.5], "fill_mode": "reflect", "cval": 4,
                       "width_shift_range": 3, "data_format": "channels_last", "dtype": null})")};
}

void read_class_weights(std::span<const uint8_t> input) {
  const std::string weights = checked_class_weights(std::string(text_of(input)));
  expect(must([&] { return checked_class_weights(weights); }) == weights);
}

std::vector<Bytes> class_weight_seeds() {
  return {bytes_of("1,2.5, 0,1e-3"), bytes_of("balanced"), {}};
}

constexpr std::array targets{
    FuzzTarget{"request", read_request, request_seeds, 500},
    FuzzTarget{"reply", read_reply, reply_seeds, 500},
    FuzzTarget{"snapshot", read_snapshot, snapshot_seeds, 500},
    FuzzTarget{"options", read_options, option_seeds, 500},
    FuzzTarget{"augmentation", read_augmentation, augmentation_seeds, 500},
    FuzzTarget{"Keras augmentation", read_keras_augmentation, keras_augmentation_seeds, 500},
    FuzzTarget{"class weights", read_class_weights, class_weight_seeds, 500},
};

}  // namespace

std::span<const FuzzTarget> message_targets() { return targets; }

}  // namespace convlab
