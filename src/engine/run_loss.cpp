#include "engine/run_loss.h"

#include <algorithm>

#include "core/error.h"
#include "core/options_text.h"
#include "loss/class_weights.h"

namespace convlab {

namespace {

struct ClassWeightOptions {
  std::vector<double> class_weights;

  template <class Visitor>
  void visit(Visitor& visitor) {
    visitor.numbers("class_weights", class_weights, 0, ClassWeights::max);
  }
};

std::vector<double> parse_weights(const std::string& text) {
  return read_options<ClassWeightOptions>("run", {{"class_weights", text}}).class_weights;
}

std::vector<double> balanced(const Subset& train) {
  const Dataset& dataset = train.dataset();
  std::vector<int64_t> counts(static_cast<size_t>(dataset.classes()));
  for (int64_t i = 0; i < train.size(); ++i) ++counts[dataset.label(train.index(i))];
  const auto present =
      std::count_if(counts.begin(), counts.end(), [](int64_t count) { return count > 0; });
  std::vector<double> weights;
  for (const int64_t count : counts) {
    weights.push_back(count == 0 ? 1
                                 : static_cast<double>(train.size()) /
                                       (static_cast<double>(present) * static_cast<double>(count)));
  }
  return weights;
}

std::string text_of(const std::string& name, const OptionValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) fail("{} is {}; expected a text", name, option_value_text(value));
  return *text;
}

}  // namespace

std::unique_ptr<Loss> make_loss(const RunOptions& run) {
  checked_class_weights(run.class_weights);
  return make_loss(run.loss, run.loss_options);
}

std::string checked_class_weights(const std::string& text) {
  if (text == balanced_classes) return text;
  const Options written = write_options(ClassWeightOptions{parse_weights(text)});
  return std::get<std::string>(written.front().second);
}

std::vector<double> class_weights(const RunOptions& run, const Subset& train) {
  return run.class_weights == balanced_classes ? balanced(train) : parse_weights(run.class_weights);
}

void append_loss_info(Options& info, const RunOptions& run) {
  info.emplace_back("loss", run.loss);
  if (!run.loss_options.empty()) info.emplace_back("loss_options", options_text(run.loss_options));
  if (!run.class_weights.empty()) info.emplace_back("class_weights", run.class_weights);
}

std::unique_ptr<Loss> trained_loss(const TrainingInfo& training, const std::string& where) {
  try {
    RunOptions run;
    for (const auto& [name, value] : training.options) {
      if (name == "loss") run.loss = text_of(name, value);
      if (name == "loss_options") run.loss_options = parse_options(text_of(name, value));
      // Files of earlier versions, whose loss was always softmax_cross_entropy.
      if (name == "label_smoothing") run.loss_options.emplace_back(name, value);
    }
    return make_loss(run.loss, run.loss_options);
  } catch (const Error& error) {
    fail("{}: the training information: {}", where, error.what());
  }
}

}  // namespace convlab
