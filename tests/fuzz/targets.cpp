#include "fuzz/targets.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "backend/backend.h"
#include "core/byte_source.h"
#include "core/error.h"
#include "core/options_text.h"
#include "data/archives.h"
#include "data/augment/augmentation.h"
#include "data/augment/augmentation_text.h"
#include "data/augment/keras_augmentation.h"
#include "data/formats/archive.h"
#include "data/formats/cifar.h"
#include "data/formats/idx.h"
#include "data/formats/shard.h"
#include "data/image_files.h"
#include "data/packed_catalog.h"
#include "data/resize.h"
#include "data/shards.h"
#include "engine/protocol.h"
#include "engine/run_record.h"
#include "fuzz/small_run.h"
#include "io/checkpoint_file.h"
#include "io/graph_json.h"
#include "io/model_file.h"
#include "io/safetensors.h"
#include "nn/parameter_plan.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

constexpr const char* source = "fuzz";

/// Throws an exception that is no Error, which fails a test and stops a fuzzer.
void expect(bool holds, std::source_location place = std::source_location::current()) {
  if (!holds) throw std::logic_error(fmt::format("false in line {}", place.line()));
}

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::string_view text_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Splits an input into text and bytes: the text ends with the last brace.
struct TextAndBytes {
  explicit TextAndBytes(std::span<const uint8_t> input) {
    const size_t end = text_of(input).rfind('}') + 1;  // npos + 1 is 0
    text = text_of(input.first(end));
    bytes = input.subspan(end);
  }
  std::string_view text;
  std::span<const uint8_t> bytes;
};

Bytes joined(std::string_view text, std::span<const uint8_t> bytes) {
  Bytes all = bytes_of(text);
  // A brace among the bytes is harmless: it only makes the text longer.
  add_bytes(all, bytes);
  return all;
}

/// Returns the result of `work` with what was read from an accepted input: an Error is a defect.
template <class Work>
auto must(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw std::logic_error(fmt::format("accepted, and then: {}", error.what()));
  }
}

// Files.

/// Reading by ranges must find the tensors of `file`, with their data.
void read_by_ranges(std::span<const uint8_t> input, const SafeTensors& file) {
  const auto bytes = memory_source(source, {input.begin(), input.end()});
  const SafeTensorsHeader header = must([&] { return read_safetensors_header(*bytes); });
  expect(header.metadata == file.metadata);
  expect(header.tensors.size() == file.tensors.size());
  for (size_t i = 0; i < file.tensors.size(); ++i) {
    const SafeTensorEntry& entry = header.tensors[i];
    const std::span<const uint8_t> data = file.tensors[i].data;
    expect(entry.name == file.tensors[i].name && entry.shape == file.tensors[i].shape);
    expect(std::ranges::equal(must([&] { return bytes->read(entry.offset, entry.bytes); }), data));
    if (entry.dtype == "F32" || entry.dtype == "F16" || entry.dtype == "BF16") {
      const auto floats = must([&] { return read_floats(*bytes, entry); });
      expect(std::cmp_equal(floats.size(), entry.shape.elements()));
    }
  }
}

void read_safetensors(std::span<const uint8_t> input) {
  const SafeTensors file = parse_safetensors(input, source);
  read_by_ranges(input, file);
  const Bytes bytes = must([&] { return safetensors_bytes(file); });
  const SafeTensors again = must([&] { return parse_safetensors(bytes, source); });
  expect(again.metadata == file.metadata);
  expect(again.tensors.size() == file.tensors.size());
}

/// Prepends the correct length, so that the parser reaches the header itself.
void read_header(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  Bytes file;
  add_little_endian(file, static_cast<uint32_t>(parts.text.size()));
  add_little_endian(file, 0);
  add_bytes(file, input);
  read_safetensors(file);
}

void read_model(std::span<const uint8_t> input) {
  ModelFile file = parse_model({input.begin(), input.end()}, source);
  const auto backend = make_backend("host", 1);
  Network network(std::move(file.graph), *backend, 1);  // as large as the tensors in the file
  load_weights(network, file);
  const Bytes bytes = model_bytes(network, file.training);  // may have values that are not finite
  must([&] { return parse_model(bytes, source); });
}

void read_checkpoint(std::span<const uint8_t> input) {
  const CheckpointFile file = parse_checkpoint({input.begin(), input.end()}, source);
  decode_run_record(file.run, source);
}

void read_run_record(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  const RunRecord record = decode_run_record(
      {std::string(parts.text), {parts.bytes.begin(), parts.bytes.end()}}, source);
  must([&] {
    expect(differing_options(record.options, record.options).empty());
    return decode_run_record(encode(record), source);
  });
}

std::vector<Bytes> model_seeds() {
  const auto backend = make_backend("host", 1);
  const Network network(small_graph(), *backend, 1);
  return {model_bytes(network, {"small", "mnist", {"a", "ü"}, {{"batch", int64_t{8}}}}),
          small_checkpoint(3)};
}

std::vector<Bytes> header_seeds() {
  std::vector<Bytes> seeds;
  for (const Bytes& file : model_seeds()) {
    // Without the spaces behind the JSON, and with zeros as data: a brace in it would be taken for
    // the end of the header.
    const SafeTensors parsed = parse_safetensors(file, source);
    const size_t data =
        static_cast<size_t>(file.data() + file.size() - parsed.tensors[0].data.data());
    const std::string_view header = text_of(file).substr(8, file.size() - 8 - data);
    seeds.push_back(joined(header.substr(0, header.rfind('}') + 1), Bytes(data)));
  }
  for (const std::string_view text :
       {R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})",
        R"({"__metadata__":{"k":"v"},"b":{"dtype":"U8","shape":[24],"data_offsets":[0,24]}})"}) {
    seeds.push_back(joined(text, Bytes(24)));
  }
  return seeds;
}

std::vector<Bytes> checkpoint_seeds() { return {small_checkpoint(3), small_checkpoint(9)}; }

std::vector<Bytes> run_record_seeds() {
  std::vector<Bytes> seeds;
  for (const int steps : {3, 9}) {
    const CheckpointFile file = parse_checkpoint(small_checkpoint(steps), source);
    seeds.push_back(joined(file.run.json, file.run.block));
    // As version 2, whose options are rewritten.
    std::string old = file.run.json;
    for (const auto& [now, before] :
         {std::pair<std::string, std::string>{"\"version\":4", "\"version\":2"},
          {"\"architecture\":\"\"", "\"label_smoothing\":0.1"}}) {
      const size_t at = old.find(now);
      expect(at != std::string::npos);
      old.replace(at, now.size(), before);
    }
    seeds.push_back(joined(old, file.run.block));
  }
  return seeds;
}

// Networks.

void read_graph(std::span<const uint8_t> input) {
  const GraphReading reading = read_graph_json(text_of(input));
  const size_t problems = reading.checked.problems.size();
  expect(reading.positions.size() == problems && problems <= max_problems);
  expect(reading.checked.graph.has_value() == (problems == 0));
  // What could be read may lack what was wrong, but it is a document that can be checked again.
  const CheckedDocument again = must([&] { return check(reading.document); });
  expect(again.names.size() == reading.document.layers.size());
  const Graph graph = parse_graph_json(text_of(input), source);
  must([&] {
    const std::string text = readable_graph_json(document_of(graph));
    expect(graph_json(parse_graph_json(text, source)) == graph_json(graph));
    expect(ParameterPlan(graph).places.size() <= 1'000'000);
  });
  const auto backend = make_backend("host", 1);
  const NetworkPlan plan(graph, *backend, {.mode = Mode::train, .batch = 8});  // may be too large
  expect(plan.memory.bytes > 0);
}

std::vector<Bytes> graph_seeds() {
  std::vector<Bytes> seeds;
  for (const char* model : {"simple-convnet", "resnet9", "squeezenet1.1"}) {
    const Model& known = find_model(model);
    seeds.push_back(bytes_of(
        readable_graph_json(document_of(known.build(known.image(), known.default_classes)))));
  }
  seeds.push_back(bytes_of(graph_json(small_graph())));
  seeds.push_back(bytes_of(R"({"version": 1, "input": [8, 8, 2], "layers": [
    {"kind": "separable_conv2d", "name": "größe", "options": {"filters": 4, "kernel": 3}},
    {"kind": "group_norm", "options": {"groups": 2, "epsilon": 1e-05}, "frozen": true},
    {"kind": "add", "inputs": ["größe", "group_norm_1"]},
    {"kind": "reshape", "options": {"shape": "-1, 4"}}, {"kind": "flatten"},
    {"kind": "dense", "options": {"units": 10, "initializer": "orthogonal"}}]})"));
  seeds.push_back(bytes_of(R"({"input": [8, 8, 3], "layers": [{"kind": "global_avg_pool2d"}],
    "normalization": {"scale": [0.017, 0.0175, 0.01743], "offset": [-2.1, -2, -1.8]}})"));
  return seeds;
}

// Data.

void read_images(std::span<const uint8_t> input) { parse_idx_images(input, source); }
void read_labels(std::span<const uint8_t> input) { parse_idx_labels(input, 10, source); }

void read_shard(std::span<const uint8_t> input) {
  const Shard shard = parse_shard(input, source);
  must([&] { expect(std::ranges::equal(encode_shard(shard), input)); });
}

/// The first shard of the catalog is in the file that follows it.
void read_packed_catalog(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  const std::vector<PackedDataset> datasets = parse_packed_catalog(parts.text, source);
  must([&] { parse_packed_catalog(packed_catalog_text(datasets), source); });
  if (!datasets.empty()) inflate_shard(parts.bytes, datasets[0].train.shards[0].used, source);
}

void read_image(std::span<const uint8_t> input) {
  const DecodedImage image = decode_image(input, source);
  expect(image.pixels.size() == static_cast<size_t>(image.height * image.width * image.channels));
  expect(must([&] { return fit_image(image, {8, 8, 3}).size(); }) == 8 * 8 * 3);
}

std::vector<Bytes> plain_and_gzip(const Bytes& bytes) { return {bytes, gzip(bytes)}; }

std::vector<Bytes> image_seeds() { return plain_and_gzip(make_idx({3, 5, 4}, Bytes(60, 7))); }
std::vector<Bytes> label_seeds() { return plain_and_gzip(make_idx({30}, Bytes(30, 7))); }

const Shard pixel_shard{
    .image = {3, 4, 3}, .classes = 5, .labels = {4, 0}, .sizes = {}, .images = Bytes(2 * 36, 4)};
const Shard file_shard{.kind = ShardKind::encoded,
                       .image = {3, 4, 3},
                       .classes = 500,
                       .labels = {4, 499},
                       .sizes = {7, 2},
                       .images = Bytes(9, 4)};

std::vector<Bytes> shard_seeds() { return {encode_shard(pixel_shard), encode_shard(file_shard)}; }

std::vector<Bytes> packed_catalog_seeds() {
  std::vector<Bytes> seeds;
  for (const Shard& shard : {pixel_shard, file_shard}) {
    for (const Bytes& file : plain_and_gzip(encode_shard(shard))) {
      Bytes& seed = seeds.emplace_back(
          bytes_of(packed_catalog_text(std::vector{packed_of("a", {shard}, {shard})})));
      seed.pop_back();  // the line break after the last brace
      add_bytes(seed, file);
    }
  }
  return seeds;
}

std::vector<Bytes> image_file_seeds() {
  return {make_png({5, 3}, Bytes(5 * 4, 1)),
          make_png({4, 2, PngColor::rgba}, Bytes(4 * 9, 2)),
          make_png({3, 8, PngColor::palette, 1}, Bytes(3 * 2, 0), {1, 2, 3, 4, 5, 6}, {7}),
          make_png({2, 2, PngColor::rgb, 16}, Bytes(2 * 13, 3)),
          grey_jpeg,
          with_exif(color_jpeg, orientation_tiff(6)),
          with_exif(grey_jpeg, orientation_tiff(8, false))};
}

// Messages between the page's threads, and command line options.

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
        Request(DescribeModel{.model = "m", .image = {28, 28, 1}})}) {
    const EncodedMessage encoded = encode(request, 3);
    seeds.push_back(joined(encoded.json, encoded.block));
  }
  return seeds;
}

std::vector<Bytes> reply_seeds() {
  ModelDescription model;
  model.layers = {{.name = "a", .kind = "relu", .inputs = {"input"}, .output = {28, 28, 1}}};
  std::vector<Bytes> seeds;
  for (const Reply& reply :
       {Reply{.id = 1, .error = "no"}, Reply{.id = 2, .result = model},
        Reply{.id = 3, .result = SavedFile{"a", {1, 2, 3}}},
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

constexpr uint64_t max_archived = 1 << 16;

template <Archive (*index)(std::shared_ptr<const ByteSource>)>
void read_archive(std::span<const uint8_t> input) {
  const Archive archive = index(memory_source(source, {input.begin(), input.end()}));
  std::optional<Error> first;  // the others are read nevertheless
  for (const ArchiveFile& file : archive.files) {
    expect(must([&] { return checked_path(file.path, source); }) == file.path);
    if (file.size > max_archived) continue;
    try {
      const Bytes read = read_archived(archive, file, max_archived);
      expect(read.size() == file.size);
    } catch (const Error& error) {
      if (!first) first = error;
    }
  }
  if (first) throw *first;
}

std::vector<Bytes> tar_seeds() {
  return {
      make_tar({{"a/1.png", Bytes(600, 3)}, {"x", pax_record("path", "b/2.png"), 'x'}, {"-", {1}}}),
      make_tar({{"././@LongLink", Bytes(120, 'n'), 'L'}, {"nnn", {1, 2}, '0', "prefix"}})};
}

std::vector<Bytes> zip_seeds() {
  return {make_zip({{"a/1.png", Bytes(600, 3), true}, {"b/2.png", {1, 2}}}, "comment")};
}

void read_cifar(std::span<const uint8_t> input) {
  const CifarImages images = parse_cifar(input, CifarLabels::fine, 100, source);
  expect(images.pixels.size() == images.labels.size() * 3072);
}

std::vector<Bytes> cifar_seeds() { return {Bytes(3074, 9), Bytes(2 * size_t{3074}, 1)}; }

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

// One byte of JSON can be a value that takes a few hundred bytes of memory; one byte of gzip can
// inflate to 1,032, in a PNG to eight times as many pixels, each of four bytes decoded and of three
// in the window cut out.
constexpr std::array targets{
    FuzzTarget{"safetensors file", read_safetensors, model_seeds, 500},
    FuzzTarget{"safetensors header", read_header, header_seeds, 500},
    FuzzTarget{"model file", read_model, model_seeds, 500},
    FuzzTarget{"checkpoint", read_checkpoint, checkpoint_seeds, 500},
    FuzzTarget{"run of a checkpoint", read_run_record, run_record_seeds, 500},
    FuzzTarget{"graph document", read_graph, graph_seeds, 1000},
    FuzzTarget{"IDX images", read_images, image_seeds, 1100},
    FuzzTarget{"IDX labels", read_labels, label_seeds, 1100},
    FuzzTarget{"CIFAR file", read_cifar, cifar_seeds, 10},
    // Each entry of a list of files can name the same bytes.
    FuzzTarget{"tar archive", read_archive<index_tar>, tar_seeds, 100},
    FuzzTarget{"zip archive", read_archive<index_zip>, zip_seeds, 20'000},
    FuzzTarget{"shard", read_shard, shard_seeds, 10},
    FuzzTarget{"catalog of packs", read_packed_catalog, packed_catalog_seeds, 2100},
    FuzzTarget{"PNG or JPEG image", read_image, image_file_seeds, 1032 * 8 * (4 + 3)},
    FuzzTarget{"request", read_request, request_seeds, 500},
    FuzzTarget{"reply", read_reply, reply_seeds, 500},
    FuzzTarget{"snapshot", read_snapshot, snapshot_seeds, 500},
    FuzzTarget{"options", read_options, option_seeds, 500},
    FuzzTarget{"augmentation", read_augmentation, augmentation_seeds, 500},
    FuzzTarget{"Keras augmentation", read_keras_augmentation, keras_augmentation_seeds, 500},
};

}  // namespace

std::span<const FuzzTarget> fuzz_targets() { return targets; }

void feed(const FuzzTarget& target, std::span<const uint8_t> input) {
  try {
    target.read(input);
  } catch (const Error& error) {
    expect(!std::string_view(error.what()).empty());
  }
}

}  // namespace convlab
