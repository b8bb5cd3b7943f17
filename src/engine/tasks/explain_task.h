#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tasks/task.h"
#include "explain/explanation.h"
#include "train/trainer.h"

namespace convlab {

/// Explains what a network with the weights for evaluation predicts for an image.
class ExplainTask final : public Task {
 public:
  /// `activation` is that of the loss. The trainer must outlive the task. Throws Error like
  /// make_explainer.
  ExplainTask(Trainer& trainer, std::string_view activation, std::vector<uint8_t> pixels,
              const ExplainOptions& options, std::vector<std::string> class_names);

  bool advance() override;
  double progress() const override { return explainer_->progress(); }
  Result result() override;

 private:
  Trainer& trainer_;
  std::string method_;
  std::vector<uint8_t> pixels_;
  std::vector<std::string> class_names_;
  std::unique_ptr<Explainer> explainer_;
};

}  // namespace convlab
