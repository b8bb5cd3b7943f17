#include <utility>

#include "engine/requests.h"
#include "engine/run.h"
#include "engine/run_loss.h"
#include "engine/tasks/explain_task.h"
#include "explain/layers.h"
#include "explain/pixel_arithmetic.h"

namespace convlab {

std::string_view Run::loss_activation() const { return make_loss(options_)->activation(); }

std::unique_ptr<Task> Run::explanation(std::vector<uint8_t> pixels, const ExplainOptions& options) {
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
