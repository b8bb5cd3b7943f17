#include "cli/summary_table.h"

#include <vector>

#include "cli/table.h"
#include "core/error.h"
#include "core/format.h"

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
    kinds.cells.push_back(concat(layer.kind, layer.frozen ? ", frozen" : ""));
    shapes.cells.push_back(layer.output.str());
    parameters.cells.push_back(count_or_nothing(layer.parameters));
    flops.cells.push_back(count_or_nothing(layer.flops));
    memory.cells.push_back(layer.has_memory ? activations(layer.output) : "-");
    std::string& joined = inputs.cells.emplace_back();
    for (const std::string& input : layer.inputs)
      joined.append(joined.empty() ? "" : ", ").append(input);
  }
  std::vector<Column> columns{std::move(names),      std::move(kinds), std::move(shapes),
                              std::move(parameters), std::move(flops), std::move(memory)};
  if (!is_chain(model)) columns.push_back(std::move(inputs));
  return columns;
}

std::string totals(const ModelDescription& model) {
  const int64_t trainable = model.trainable_parameters;
  const auto row = [](const std::string& name, const auto&... parts) {
    constexpr size_t name_width = 15;
    return concat(name, std::string(name_width - name.size(), ' '), parts..., "\n");
  };
  return row("Parameters", count(model.parameters), ": ", count(trainable), " trainable, ",
             count(model.parameters - trainable), " not trainable") +
         row("FLOPs", count(model.flops), " forward, ", count(model.training_flops),
             " per training step, for one image") +
         row("Weights", bytes_text(float_bytes(model.parameters)), ", gradients ",
             bytes_text(float_bytes(trainable))) +
         row(concat("Batch of ", model.batch), bytes_text(model.eval_bytes), " to evaluate, ",
             bytes_text(model.train_bytes), " to train, besides weights and gradients");
}

}  // namespace

std::string summary_table(const ModelDescription& model) {
  return concat(model.model, "\n\n", table_text(layer_columns(model)), totals(model));
}

}  // namespace convlab
