#include "cli/model_argument.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "cli/values.h"
#include "core/error.h"
#include "data/catalog.h"
#include "data/file.h"
#include "data/formats/format.h"
#include "data/memory_dataset.h"
#include "io/graph_json.h"
#include "io/model_file.h"
#include "io/safetensors.h"
#include "train/check_fits.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

constexpr uintmax_t max_document_bytes = uintmax_t{4} << 20;
constexpr int64_t max_dim = 65536;

bool is_document(std::string_view model) { return model.ends_with(".json"); }

std::string read_document(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, max_document_bytes);
  return {bytes.begin(), bytes.end()};
}

Graph parse_document(const std::string& document, const std::string& path) {
  return parse_graph_json(document, "[model] " + path);
}

bool is_in_zoo(const std::string& name) {
  const auto zoo = models();
  return std::any_of(zoo.begin(), zoo.end(),
                     [&](const Model& model) { return model.name == name; });
}

const Model& find_untrained(const std::string& model) {
  if (is_model_file(model)) {
    fail(
        "[model] {} is not a .json file that describes a network, nor the name of a model. "
        "Trained models are for convlab eval, predict, explain and train",
        model);
  }
  return find_model(model);
}

[[noreturn]] void fail_untrained(const std::string& model) {
  if (!is_document(model) && !is_in_zoo(model)) {
    fail(
        "[model] {} describes a network without trained weights; rename it so that its name ends "
        "with .json, then train it: convlab train --model FILE.json --data NAME --save "
        "FILE.safetensors",
        model);
  }
  fail(
      "[model] {} describes a network without trained weights; train it first: convlab train "
      "--model {} --data NAME --save FILE.safetensors",
      model, model);
}

/// Converts "32x32x3" to (32, 32, 3).
Shape parse_image(std::string_view text) {
  std::array<int64_t, 3> dims{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    const auto [stop, error] = std::from_chars(at, end, dims[axis]);
    const bool is_separated = axis + 1 < dims.size() ? stop != end && *stop == 'x' : stop == end;
    if (error != std::errc() || !is_separated || dims[axis] < 1 || dims[axis] > max_dim) {
      fail(
          "--input: '{}' is not an image's height, width and channels, such as 32x32x3, each 1 to "
          "{}",
          text, max_dim);
    }
    at = stop + (stop == end ? 0 : 1);
  }
  return {dims[0], dims[1], dims[2]};
}

}  // namespace

CLI::Option* add_model(CLI::App& command, std::string& model) {
  return command
      .add_option("--model", model,
                  "A .json file that describes a network, or one of: " +
                      known_names(models(), &Model::name))
      ->type_name("NAME|FILE")
      ->check(utf8_text());
}

CLI::Option* add_any_model(CLI::App& command, std::string& model) {
  return add_model(command, model)
      ->description(
          "A .json file that describes a network, a file with a trained model, or one of: " +
          known_names(models(), &Model::name));
}

bool is_model_file(const std::string& model) {
  std::error_code ignored;
  const bool is_file =
      model.ends_with(".safetensors") || std::filesystem::is_regular_file(model, ignored);
  return is_file && !is_document(model) && !is_in_zoo(model);
}

CLI::Option* add_model_file(CLI::App& command, std::string& model) {
  return command
      .add_option(
          "--model", model,
          "Model file written by train --save, --save-best or --checkpoint, or by join --save")
      ->type_name("FILE")
      ->required();
}

void add_model_size(CLI::App& command, ModelSize& size) {
  command
      .add_option("--input", size.input,
                  "Image height, width and channels, such as 32x32x3; default: the "
                  "model's")
      ->type_name("HxWxC");
  command.add_option("--classes", size.classes, "Number of classes; default: the model's")
      ->type_name("N")
      ->check(whole_number(1, 1 << 20));
}

void set_model(RunOptions& run, const std::string& model) {
  run.model = model;
  std::optional<Graph> own;
  if (is_document(model)) {
    run.architecture = read_document(model);
    run.model = std::filesystem::path(model).stem().string();
    own = parse_document(run.architecture, model);
  } else {
    find_untrained(model);
  }
  if (is_data_path(run.data)) return;
  const CatalogEntry& data = find_entry(run.data);
  Shape image = data.image;
  if (run.image_size > 0) {
    image = {run.image_size, run.image_size, image[2]};
  } else if (own && data.format == image_folder_format.name) {
    image = own->input_shape();
  }
  if (own) {
    check_fits(*own, MemoryDataset(data.name, image, data.class_names, 0), model);
  } else {
    find_model(model).build(image, static_cast<int64_t>(data.class_names.size()));
  }
}

Graph open_model(const std::string& model, const ModelSize& size) {
  if (is_document(model) || is_model_file(model)) {
    if (!size.input.empty() || size.classes != 0)
      fail("[model] {} defines image shape and classes itself; leave out --input and --classes",
           model);
    return is_document(model) ? parse_document(read_document(model), model)
                              : parse_model(read_model_file(model), model).graph;
  }
  const Model& known = find_model(model);
  return known.build(size.input.empty() ? known.image() : parse_image(size.input),
                     size.classes == 0 ? known.default_classes : size.classes);
}

std::vector<uint8_t> read_model_file(const std::string& path) {
  std::error_code ignored;
  if (is_in_zoo(path) && !std::filesystem::exists(path, ignored)) fail_untrained(path);
  const FileStart start = read_start(path, safetensors_start_bytes);
  if (begins_as_document(start.bytes)) fail_untrained(path);
  check_safetensors_start(start.bytes, start.size, path);
  return read_file(path);
}

}  // namespace convlab
