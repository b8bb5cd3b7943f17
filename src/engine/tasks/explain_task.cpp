#include "engine/tasks/explain_task.h"

#include <utility>

namespace convlab {

ExplainTask::ExplainTask(Trainer& trainer, std::string_view activation, std::vector<uint8_t> pixels,
                         const ExplainOptions& options, std::vector<std::string> class_names)
    : trainer_(trainer),
      method_(options.method),
      pixels_(std::move(pixels)),
      class_names_(std::move(class_names)),
      explainer_(make_explainer({trainer.network(), activation}, pixels_, options)) {}

bool ExplainTask::advance() {
  trainer_.use_eval_weights();
  return explainer_->advance();
}

Result ExplainTask::result() {
  const Shape& image = trainer_.network().graph().input_shape();
  ExplainedImage result{.method = method_,
                        .explanation = explainer_->result(),
                        .class_name = {},
                        .height = image[0],
                        .width = image[1],
                        .channels = image[2],
                        .pixels = pixels_};
  const auto index = static_cast<size_t>(result.explanation.explained.index);
  if (index < class_names_.size()) result.class_name = class_names_[index];
  return result;
}

}  // namespace convlab
