#include "engine/tasks/evaluate_task.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace convlab {

namespace {

void check(const Dataset& images, int64_t top_k) {
  if (!images.complete() || images.size() == 0) {
    fail("[evaluate] {} of the {} images of {} are here; expected all, and at least 1",
         images.available(), images.size(), images.name());
  }
  if (top_k < 1) fail("[evaluate] top_k is {}; expected at least 1", top_k);
}

}  // namespace

EvaluateTask::EvaluateTask(Trainer& trainer, const Dataset& images, int64_t batch, int64_t top_k,
                           std::shared_ptr<WorkerPool> workers, std::function<double()> now)
    : trainer_(trainer),
      images_(images),
      now_(std::move(now)),
      loader_(images, {.batch = batch, .shuffle = false, .workers = std::move(workers)}),
      sums_(trainer.network().backend()),
      classes_(trainer.network().backend(), images.classes(),
               std::clamp<int64_t>(top_k, 1, images.classes())) {
  check(images, top_k);
}

bool EvaluateTask::advance() {
  const double start = now_();
  const bool more = loader_.next(batch_);
  if (more) trainer_.evaluate(batch_, sums_, &classes_);
  seconds_ += now_() - start;
  return !more;
}

double EvaluateTask::progress() const {
  return static_cast<double>(loader_.batches_done()) /
         static_cast<double>(loader_.batches_per_epoch());
}

Result EvaluateTask::result() {
  const double start = now_();
  const Metrics metrics = sums_.read();
  const ClassificationMetrics classes = classes_.read();
  Evaluation result{.images = metrics.samples,
                    .unreadable = static_cast<int64_t>(loader_.skipped().size()),
                    .loss = metrics.loss,
                    .accuracy = metrics.accuracy,
                    .top_k = classes_.top_k(),
                    .top_k_accuracy = classes.top_k_accuracy,
                    .seconds = seconds_ + now_() - start,
                    .class_names = images_.class_names(),
                    .macro_precision = classes.macro.precision,
                    .macro_recall = classes.macro.recall,
                    .macro_f1 = classes.macro.f1};
  for (const ClassScores& scores : classes.classes) {
    result.precision.push_back(scores.precision);
    result.recall.push_back(scores.recall);
    result.f1.push_back(scores.f1);
    result.support.push_back(static_cast<int32_t>(scores.support));
  }
  for (const int64_t count : classes.confusion)
    result.confusion.push_back(static_cast<int32_t>(count));
  return result;
}

}  // namespace convlab
