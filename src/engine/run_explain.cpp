#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "core/find_named.h"
#include "engine/requests.h"
#include "engine/run.h"
#include "engine/run_loss.h"
#include "engine/tasks/explain_task.h"
#include "explain/layers.h"
#include "explain/pixel_arithmetic.h"

namespace convlab {

std::string_view Run::loss_activation() const { return make_loss(options_)->activation(); }

namespace {

/// Returns the index of a class that is given by its name or number; -1 for an empty text.
int64_t class_index(const std::string& text, const std::vector<std::string>& names) {
  if (text.empty()) return -1;
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return found - names.begin();
  int64_t index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  if (error == std::errc() && stop == end && index >= 0) return index;
  return &find_named("class", text, names, std::identity()) - names.data();
}

}  // namespace

std::unique_ptr<Task> Run::explanation(std::vector<uint8_t> pixels, const Explain& what) {
  ExplainOptions options = what.options;
  options.class_index = class_index(what.class_name, data_.train->class_names());
  return std::make_unique<ExplainTask>(*trainer_, loss_activation(), std::move(pixels), options,
                                       data_.train->class_names());
}

LayerOutput Run::layer_output(const std::vector<uint8_t>& pixels, const std::string& layer) {
  trainer_->use_eval_weights();
  FeatureMaps maps = feature_maps({network_, loss_activation()}, pixels, layer);
  return {.layer = std::move(maps.layer), .shape = maps.shape, .values = std::move(maps.values)};
}

PixelSum Run::pixel_sum(const std::vector<uint8_t>& pixels, const ShowPixel& where) {
  trainer_->use_eval_weights();
  return {pixel_arithmetic({network_, loss_activation()}, pixels, where.layer, where.row,
                           where.column, where.channel)};
}

}  // namespace convlab
