#include "cli/layer_texts.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "cli/text.h"
#include "core/error.h"
#include "core/options_text.h"

namespace convlab {

namespace {

constexpr size_t name_width = 21;  // of the names of layers and options, with spaces around

std::string padded(std::string_view text, size_t width) {
  return concat(text, std::string(width - std::min(width, columns_of(text)), ' '));
}

/// "name     text", the text in lines of its own column.
std::string entry(std::string_view name, std::string_view text, size_t indent = name_width) {
  return concat(padded(name, indent), wrapped(text, indent), "\n");
}

std::string range_text(const OptionField& field) {
  return option_value_text(field.min) + " to " + option_value_text(field.max);
}

/// What may be given: "whole number, 1 to 255".
std::string values_text(const OptionField& field) {
  switch (field.type) {
    case OptionType::flag:
      return "true or false";
    case OptionType::integer:
      return "whole number, " + range_text(field);
    case OptionType::number:
      return "number, " + range_text(field);
    case OptionType::numbers:
      return "numbers as text, each " + range_text(field);
    case OptionType::choice:
      break;
  }
  std::string text;
  for (const std::string_view name : field.choices) text.append(text.empty() ? "" : ", ") += name;
  return text;
}

/// The default; empty where one must be given.
std::string default_text(const OptionField& field) {
  return field.required ? "" : option_value_text(field.default_value);
}

std::string sentence(std::string_view text) { return concat(text, text.ends_with('.') ? "" : "."); }

}  // namespace

std::string layer_list_text() {
  std::string text;
  for (const LayerPage& page : layer_pages()) text += entry(page.kind, page.info.summary);
  return text;
}

std::string layer_text(const LayerPage& page) {
  constexpr size_t indent = 9;
  const LayerInfo& info = page.info;
  std::string text = concat(page.kind, ": ", info.summary, "\n\n");
  const auto add = [&text](std::string_view name, std::string_view value) {
    if (!value.empty()) text += entry(name, sentence(value), indent);
  };
  add("Shapes", info.shapes);
  add("Source", info.source);
  add("Keras", info.keras);
  add("PyTorch", info.pytorch);
  text += "\nOptions\n";
  const std::vector<OptionField> options = page.options();
  if (options.empty()) text += "  none\n";
  for (const OptionField& field : options) {
    const std::string value = default_text(field);
    text += entry(concat("  ", field.name), field.help);
    text += entry(
        "", concat(values_text(field), "; ", value.empty() ? "must be given" : "default " + value),
        name_width + 2);
  }
  return concat(text, "\nExample, as a file for --model FILE.json\n", info.example, "\n");
}

std::string layers_markdown() {
  std::string text =
      "# Layers\n\n"
      "What `convlab layers --markdown` prints; do not edit. Shapes are of one sample. Defaults "
      "are\n"
      "Keras' where nothing else is said. `convlab layers NAME` tells the same of one layer.\n\n"
      "| layer | |\n|---|---|\n";
  for (const LayerPage& page : layer_pages())
    text += concat("| [", page.kind, "](#", page.kind, ") | ", page.info.summary, " |\n");
  for (const LayerPage& page : layer_pages()) {
    const LayerInfo& info = page.info;
    text += concat("\n## ", page.kind, "\n\n", sentence(info.summary), "\n\n");
    const auto add = [&text](std::string_view name, std::string_view value) {
      if (!value.empty()) text += concat("- ", name, ": ", sentence(value), "\n");
    };
    add("Shapes", info.shapes);
    add("Source", info.source);
    add("Keras", info.keras);
    add("PyTorch", info.pytorch);
    const std::vector<OptionField> options = page.options();
    if (!options.empty()) text += "\n| option | default | values | meaning |\n|---|---|---|---|\n";
    for (const OptionField& field : options) {
      const std::string value = default_text(field);
      text += concat("| `", field.name, "` | ", value.empty() ? "must be given" : value, " | ",
                     values_text(field), " | ", field.help, " |\n");
    }
    text += concat("\n```json\n", info.example, "\n```\n");
  }
  return text;
}

}  // namespace convlab
