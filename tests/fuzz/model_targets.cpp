#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "backend/backend.h"
#include "core/byte_source.h"
#include "engine/run_loss.h"
#include "engine/run_record.h"
#include "features/feature_file.h"
#include "features/feature_files.h"
#include "fuzz/small_run.h"
#include "fuzz/target_parts.h"
#include "io/checkpoint_file.h"
#include "io/class_weights_json.h"
#include "io/graph_json.h"
#include "io/model_file.h"
#include "io/safetensors.h"
#include "nn/parameter_plan.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

// Files.

/// Reading by ranges must find the tensors of `file`, with their data.
void read_by_ranges(std::span<const uint8_t> input, const SafeTensors& file) {
  const auto bytes = memory_source(fuzz_source, {input.begin(), input.end()});
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
  const SafeTensors file = parse_safetensors(input, fuzz_source);
  read_by_ranges(input, file);
  const Bytes bytes = must([&] { return safetensors_bytes(file); });
  const SafeTensors again = must([&] { return parse_safetensors(bytes, fuzz_source); });
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
  ModelFile file = parse_model({input.begin(), input.end()}, fuzz_source);
  const auto backend = make_backend("host", 1);
  Network network(std::move(file.graph), *backend, 1);  // as large as the tensors in the file
  load_weights(network, file);
  const Bytes bytes = model_bytes(network, file.training);  // may have values that are not finite
  must([&] { return parse_model(bytes, fuzz_source); });
}

void read_checkpoint(std::span<const uint8_t> input) {
  const CheckpointFile file = parse_checkpoint({input.begin(), input.end()}, fuzz_source);
  decode_run_record(file.run, fuzz_source);
}

void read_run_record(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  const RunRecord record = decode_run_record(
      {std::string(parts.text), {parts.bytes.begin(), parts.bytes.end()}}, fuzz_source);
  must([&] {
    expect(differing_options(record.options, record.options).empty());
    return decode_run_record(encode(record), fuzz_source);
  });
}

void read_features(std::span<const uint8_t> input) {
  FeatureInfo begun;
  try {
    begun = parse_begun_features(input, fuzz_source);
  } catch (const Error&) {
    begun.backbone = "none";
  }
  const FeatureFile file =
      parse_feature_file(memory_source(fuzz_source, {input.begin(), input.end()}));
  expect(begun == file.info);
  expect(must([&] { return parse_feature_info(feature_info_text(begun), fuzz_source); }) == begun);
  must([&] {
    std::vector<uint8_t> row;
    for (const auto& data : {file.data.train, file.data.test}) {
      for (int64_t i = 0; i < data->size(); ++i) {
        expect(data->fetch(i, row).size() == file.info.row_bytes());
        expect(data->label(i) >= 0 && data->label(i) < data->classes());
      }
    }
    return true;
  });
}

std::vector<Bytes> feature_seeds() {
  FeatureInfo copies = small_feature_info(2, 1);
  copies.copies = 1;
  copies.augmentation = "flip";
  return {feature_file_bytes(small_feature_info()), feature_file_bytes(copies),
          feature_file_bytes(small_feature_info(), {0, -1, 2, -1, 1, 2})};
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
    const SafeTensors parsed = parse_safetensors(file, fuzz_source);
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
    const CheckpointFile file = parse_checkpoint(small_checkpoint(steps), fuzz_source);
    seeds.push_back(joined(file.run.json, file.run.block));
    // As version 2, whose options are rewritten.
    std::string old = file.run.json;
    const std::string newest = "\"version\":" + std::to_string(RunRecord{}.version);
    for (const auto& [now, before] : {std::pair<std::string, std::string>{newest, "\"version\":2"},
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
  const Graph graph = parse_graph_json(text_of(input), fuzz_source);
  must([&] {
    const std::string text = readable_graph_json(document_of(graph));
    expect(graph_json(parse_graph_json(text, fuzz_source)) == graph_json(graph));
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

// One byte of JSON can be a value that takes a few hundred bytes of memory.
void read_class_weights_json(std::span<const uint8_t> input) {
  const std::string weights = class_weights_from_json(text_of(input), fuzz_source);
  must([&] { checked_class_weights(weights); });
}

std::vector<Bytes> class_weights_json_seeds() {
  return {bytes_of("[1, 2.5, 0]"), bytes_of(R"({"0": 1, "12": 1e-3})")};
}

constexpr std::array targets{
    FuzzTarget{"safetensors file", read_safetensors, model_seeds, 500},
    FuzzTarget{"safetensors header", read_header, header_seeds, 500},
    FuzzTarget{"model file", read_model, model_seeds, 500},
    FuzzTarget{"feature file", read_features, feature_seeds, 500},
    FuzzTarget{"checkpoint", read_checkpoint, checkpoint_seeds, 500},
    FuzzTarget{"run of a checkpoint", read_run_record, run_record_seeds, 500},
    FuzzTarget{"graph document", read_graph, graph_seeds, 1000},
    // A few digits are the index of a class, up to which all have a weight.
    FuzzTarget{"class weights file", read_class_weights_json, class_weights_json_seeds, 100'000},
};

}  // namespace

std::span<const FuzzTarget> model_targets() { return targets; }

}  // namespace convlab
