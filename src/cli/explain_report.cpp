#include "cli/explain_report.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "cli/table.h"
#include "core/counted.h"
#include "core/format.h"
#include "explain/explanation.h"
#include "explain/layers.h"

namespace convlab {

namespace {

constexpr size_t max_listed = 8;  // feature maps, channels, rows of a table

/// The part of a gradient's values below the brightest colour (upper_value).
constexpr double gradient_part = 0.99;

bool is_over_image(const std::string& method) {
  return method == "gradcam" || method == "occlusion";
}

std::string number(double value) { return fmt::format("{:.4g}", value); }

const ExplainMethod& method_of(const std::string& name) {
  const auto methods = explain_methods();
  return *std::find_if(methods.begin(), methods.end(),
                       [&](const ExplainMethod& method) { return method.name == name; });
}

std::string scale_text(const std::string& method, const ImageMap& map, float high) {
  if (high == 0) return "0 or less everywhere: nothing here speaks for this class";
  if (is_over_image(method))
    return fmt::format("colours from 0 (black) to {} (light yellow), the largest", number(high));
  const float max = upper_value(map, 1);
  return fmt::format("colours from 0 (black) to {} (light yellow), the 99th percentile; largest {}",
                     number(high), number(max));
}

Picture picture_of(const ExplainedImage& result, float high) {
  const ImageMap& map = result.explanation.map;
  if (!is_over_image(result.method)) return heat_picture(map, high);
  return overlay_picture(map, high, {result.height, result.width, result.channels, result.pixels});
}

/// The pixel of the image at the centre of the region with the largest value.
std::pair<int64_t, int64_t> brightest(const ExplainedImage& result) {
  const ImageMap& map = result.explanation.map;
  const auto at = std::max_element(map.values.begin(), map.values.end()) - map.values.begin();
  return {(2 * (at / map.width) + 1) * result.height / (2 * map.height),
          (2 * (at % map.width) + 1) * result.width / (2 * map.width)};
}

}  // namespace

ExplainReport report_of(const ExplainedImage& result) {
  const ExplainMethod& method = method_of(result.method);
  const auto& [explained, map, layer] = result.explanation;
  const double part = is_over_image(result.method) ? 1 : gradient_part;
  const float high = upper_value(map, part);
  const auto [row, column] = brightest(result);
  ExplainReport report;
  report.text = fmt::format(
      "{} for {} ({}){}\n{} × {} values, the largest at row {}, column {} of {} × {}; {}",
      method.title, result.class_name, score_text(explained.probability, explained.is_probability),
      layer.empty() ? "" : " at layer " + layer, map.height, map.width, row, column, result.height,
      result.width, scale_text(result.method, map, high));
  report.json = {{"method", result.method},
                 {"class", explained.index},
                 {"class_name", result.class_name},
                 {"score", explained.score},
                 {"probability", explained.probability},
                 {"is_probability", explained.is_probability}};
  if (!layer.empty()) report.json["layer"] = layer;
  report.json.update({{"shape", {map.height, map.width}}, {"high", high}, {"values", map.values}});
  report.picture = picture_of(result, high);
  return report;
}

ExplainReport report_of(const FilterImages& result) {
  const LayerFilters& filters = result.filters;
  const Tiles tiles =
      filter_tiles(filters.count, filters.height, filters.width, filters.channels, filters.weights);
  const float high = largest(filters.weights);
  ExplainReport report;
  report.text = fmt::format(
      "{}: {} of {} × {} × {}; {}, {}", filters.layer, counted(filters.count, "filter"),
      filters.height, filters.width, filters.channels,
      filters.channels == 3 ? "red, green and blue around grey"
      : filters.channels == 1
          ? "blue below 0, orange above"
          : fmt::format("{} in rows, their input channels side by side, blue below 0, orange above",
                        counted(shown_tiles(tiles) / tiles.columns, "filter")),
      fmt::format("full colour at ±{}", number(high)));
  report.json = {{"method", "filters"},
                 {"layer", filters.layer},
                 {"shape", {filters.count, filters.height, filters.width, filters.channels}},
                 {"high", high},
                 {"weights", filters.weights}};
  report.picture = tile_picture(tiles, TileColors::around_zero, high);
  return report;
}

namespace {

std::string feature_text(const LayerOutput& result, const std::vector<FeatureMapSummary>& maps) {
  const auto dead = std::count_if(maps.begin(), maps.end(),
                                  [](const FeatureMapSummary& map) { return map.is_dead; });
  const auto strongest = std::max_element(
      maps.begin(), maps.end(),
      [](const FeatureMapSummary& a, const FeatureMapSummary& b) { return a.max < b.max; });
  return fmt::format(
      "{}: {} of shape {}, {} nowhere above 0; the strongest is {} with {} at row "
      "{}, column {}",
      result.layer, counted(maps.size(), "feature map"), result.shape, dead,
      strongest - maps.begin(), number(strongest->max), strongest->row, strongest->column);
}

}  // namespace

ExplainReport report_of(const LayerOutput& result) {
  const bool has_size = result.shape.rank() == 3;
  const Tiles tiles = feature_tiles(has_size ? result.shape[0] : 1, has_size ? result.shape[1] : 1,
                                    result.shape[result.shape.rank() - 1], result.values);
  const bool from_zero = std::all_of(result.values.begin(), result.values.end(),
                                     [](float value) { return value >= 0; });
  const float high = largest(result.values);
  const std::vector<FeatureMapSummary> maps = summaries(result.shape, result.values);
  ExplainReport report;
  report.text = fmt::format(
      "{}\n{} shown; {}", feature_text(result, maps), counted(shown_tiles(tiles), "map"),
      from_zero ? fmt::format("colours from 0 (black) to {} (light yellow)", number(high))
                : fmt::format("blue below 0, orange above, full colour at ±{}", number(high)));
  report.json = {{"method", "features"},
                 {"layer", result.layer},
                 {"shape", std::vector<int64_t>(result.shape.begin(), result.shape.end())},
                 {"high", high},
                 {"maps", nlohmann::ordered_json::array()}};
  for (const FeatureMapSummary& map : maps) {
    report.json["maps"].push_back({{"min", map.min},
                                   {"max", map.max},
                                   {"mean", map.mean},
                                   {"row", map.row},
                                   {"column", map.column},
                                   {"dead", map.is_dead}});
  }
  report.picture =
      tile_picture(tiles, from_zero ? TileColors::from_zero : TileColors::around_zero, high);
  return report;
}

namespace {

/// The channels of the window, the one with the largest |Σ products| first, at most max_listed.
std::vector<int64_t> strongest_channels(const PixelArithmetic& pixel, std::vector<double>& sums) {
  sums.assign(static_cast<size_t>(pixel.channels), 0);
  for (size_t i = 0; i < pixel.products.size(); ++i) sums[i % sums.size()] += pixel.products[i];
  std::vector<int64_t> order(sums.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto strength = [&](int64_t c) { return std::abs(sums[static_cast<size_t>(c)]); };
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return strength(a) > strength(b); });
  order.resize(std::min(order.size(), max_listed));
  return order;
}

/// Patch, kernel and products of one channel side by side, a row of the window in each line.
std::string channel_table(const PixelArithmetic& pixel, int64_t channel) {
  std::vector<Column> columns;
  const auto add = [&](std::string_view title, const auto& values) {
    for (int64_t x = 0; x < pixel.width; ++x) {
      Column column{.title = x == 0 ? std::string(title) : "", .align = Align::right, .cells = {}};
      for (int64_t y = 0; y < pixel.height; ++y) {
        const int64_t at = (y * pixel.width + x) * pixel.channels + channel;
        column.cells.push_back(number(values[static_cast<size_t>(at)]));
      }
      columns.push_back(std::move(column));
    }
  };
  add("patch", pixel.patch);
  add("× kernel", pixel.kernel);
  add("= products", pixel.products);
  return table_text(columns);
}

constexpr int64_t max_table_side = 7;

std::string arithmetic_text(const PixelArithmetic& pixel, const std::vector<int64_t>& shown,
                            const std::vector<double>& sums) {
  std::string text = fmt::format(
      "{}, output at row {}, column {}, channel {}: window of {} × {} × {} from row {}, column "
      "{}\n",
      pixel.layer, pixel.row, pixel.column, pixel.channel, pixel.height, pixel.width,
      pixel.channels, pixel.top - pixel.pad_top, pixel.left - pixel.pad_left);
  for (const int64_t channel : shown) {
    text += fmt::format("input channel {}, sum {}\n", pixel.first_channel + channel,
                        number(sums[static_cast<size_t>(channel)]));
    if (pixel.height <= max_table_side && pixel.width <= max_table_side)
      text += channel_table(pixel, channel);
  }
  const size_t rest = sums.size() - shown.size();
  if (rest > 0) {
    double of_rest = pixel.sum - pixel.bias;
    for (const int64_t channel : shown) of_rest -= sums[static_cast<size_t>(channel)];
    text +=
        fmt::format("{} with smaller sums: {}\n", counted(rest, "other channel"), number(of_rest));
  }
  return text + fmt::format("sum {} = products {} + bias {}; the network computed {}",
                            number(pixel.sum), number(pixel.sum - pixel.bias), number(pixel.bias),
                            number(pixel.output));
}

}  // namespace

ExplainReport report_of(const PixelSum& result) {
  const PixelArithmetic& pixel = result.arithmetic;
  std::vector<double> sums;
  const std::vector<int64_t> shown = strongest_channels(pixel, sums);
  const Tiles tiles = arithmetic_tiles(pixel.height, pixel.width, pixel.channels, pixel.patch,
                                       pixel.kernel, pixel.products, shown);
  return {.text = arithmetic_text(pixel, shown, sums),
          .json = {{"method", "arithmetic"},
                   {"layer", pixel.layer},
                   {"row", pixel.row},
                   {"column", pixel.column},
                   {"channel", pixel.channel},
                   {"window", {pixel.height, pixel.width, pixel.channels}},
                   {"first_channel", pixel.first_channel},
                   {"top", pixel.top},
                   {"left", pixel.left},
                   {"pad_top", pixel.pad_top},
                   {"pad_left", pixel.pad_left},
                   {"row_step", pixel.row_step},
                   {"column_step", pixel.column_step},
                   {"patch", pixel.patch},
                   {"kernel", pixel.kernel},
                   {"products", pixel.products},
                   {"bias", pixel.bias},
                   {"sum", pixel.sum},
                   {"output", pixel.output}},
          .picture = tile_picture(tiles, TileColors::around_zero, 1)};
}

}  // namespace convlab
