#include "cli/summary_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "cli/table.h"
#include "core/format.h"
#include "engine/layer_text.h"

namespace convlab {

namespace {

std::string count(int64_t value) { return with_commas(static_cast<double>(value)); }

std::string count_or_nothing(int64_t value) { return value == 0 ? "" : count(value); }

uint64_t float_bytes(int64_t elements) { return static_cast<uint64_t>(elements) * sizeof(float); }

bool is_chain(const ModelDescription& model) {
  std::string previous = "input";
  for (const LayerDescription& layer : model.layers) {
    if (layer.inputs != std::vector{previous}) return false;
    previous = layer.name;
  }
  return true;
}

std::vector<Column> layer_columns(const ModelDescription& model) {
  const auto activations = [&](const Shape& shape) {
    return bytes_text(float_bytes(shape.with_batch(model.batch).elements()));
  };
  Column names{"Layer", Align::left, {"input"}};
  Column kinds{"Kind", Align::left, {""}};
  Column shapes{"Output", Align::left, {model.input.str()}};
  Column parameters{"Parameters", Align::right, {""}};
  Column flops{"FLOPs", Align::right, {""}};
  Column memory{"Activations", Align::right, {activations(model.input)}};
  Column inputs{"Inputs", Align::left, {""}};
  for (const LayerDescription& layer : model.layers) {
    names.cells.push_back(layer.name);
    kinds.cells.push_back(kind_text(layer));
    shapes.cells.push_back(layer.output.str());
    parameters.cells.push_back(count_or_nothing(layer.parameters));
    flops.cells.push_back(count_or_nothing(layer.flops));
    memory.cells.push_back(layer.has_memory ? activations(layer.output) : "-");
    inputs.cells.push_back(fmt::format("{}", fmt::join(layer.inputs, ", ")));
  }
  std::vector<Column> columns{std::move(names),      std::move(kinds), std::move(shapes),
                              std::move(parameters), std::move(flops), std::move(memory)};
  if (!is_chain(model)) columns.push_back(std::move(inputs));
  return columns;
}

std::string totals(const ModelDescription& model) {
  const int64_t trainable = model.trainable_parameters;
  std::string text;
  const auto row = [&text]<class... Args>(std::string_view name, fmt::format_string<Args...> value,
                                          const Args&... args) {
    text += fmt::format("{:15}{}\n", name, fmt::vformat(value, fmt::make_format_args(args...)));
  };
  row("Parameters", "{}: {} trainable, {} not trainable", count(model.parameters), count(trainable),
      count(model.parameters - trainable));
  row("FLOPs", "{} forward, {} per training step, for one image", count(model.flops),
      count(model.training_flops));
  row("Weights", "{}, gradients {}", bytes_text(float_bytes(model.parameters)),
      bytes_text(float_bytes(trainable)));
  row(fmt::format("Batch of {}", model.batch),
      "{} to evaluate, {} to train, besides weights and gradients", bytes_text(model.eval_bytes),
      bytes_text(model.train_bytes));
  return text;
}

}  // namespace

std::string summary_table(const ModelDescription& model) {
  return fmt::format("{}\n\n{}{}", model.model, table_text(layer_columns(model)), totals(model));
}

}  // namespace convlab
