#include <fmt/format.h>

#include "engine/run.h"
#include "engine/run_loss.h"

// What a run tells its user beside the numbers.
namespace convlab {

void Run::note_activation() {
  const std::unique_ptr<Loss> loss = make_loss(options_);
  const std::string_view inside = loss->activation();
  if (activation_folded_) {
    notes_.push_back(
        fmt::format("The model's final {} is part of the loss and of predictions, so it is left "
                    "out of the network.",
                    inside));
    return;
  }
  const std::string_view last = network_.graph().nodes().back().layer->kind();
  if (!inside.empty() && (last == "softmax" || last == "sigmoid")) {
    notes_.push_back(
        fmt::format("The model ends in {}, and the loss {} applies {} to that: it will learn "
                    "slowly. Leave {} out, or choose another loss.",
                    last, loss->kind(), inside, last));
  }
}

void Run::note_classes() {
  const Dataset& train = *data_.train;
  const int64_t size = images_.train.size();
  if (!train.complete() || size == 0) return;
  std::vector<int64_t> counts(static_cast<size_t>(train.classes()));
  for (int64_t i = 0; i < size; ++i) ++counts[train.label(images_.train.index(i))];
  std::string absent;
  size_t present = 0;
  for (size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] > 0) {
      ++present;
    } else {
      absent += (absent.empty() ? "" : ", ") + train.class_names()[label];
    }
  }
  if (present == 1 && counts.size() > 1) {
    notes_.push_back(
        fmt::format("All training images of {} are of one class, \"{}\": the network can only "
                    "learn to answer that.",
                    train.name(), train.class_names()[train.label(images_.train.index(0))]));
  } else if (!absent.empty()) {
    notes_.push_back(fmt::format(
        "There are no training images of {} of the classes {}: the network cannot learn them.",
        train.name(), absent));
  }
}

// What is chosen by the test images does better on them than on new images.
void Run::note_selection() {
  if (options_.validation_split > 0) return;
  std::string chosen;
  if (options_.early_stopping) chosen = "Early stopping";
  if (options_.schedule == "plateau")
    chosen += chosen.empty() ? "The schedule plateau" : " and the schedule plateau";
  if (!chosen.empty())
    notes_.push_back(chosen +
                     " judges by the test images: the test accuracy will be too good. A validation "
                     "split avoids that.");
}

}  // namespace convlab
