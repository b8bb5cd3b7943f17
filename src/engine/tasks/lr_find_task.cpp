#include "engine/tasks/lr_find_task.h"

#include "core/error.h"
#include "data/stratified_split.h"
#include "engine/run_loss.h"
#include "train/check_fits.h"
#include "train/check_memory.h"

namespace convlab {

namespace {

/// The images that a run trains on, without those that are set aside for validation.
Subset training_images(const RunOptions& run, const Dataset& train) {
  if (run.validation_split == 0) return train;
  return stratified_split(train, run.validation_split, run.seed).train;
}

}  // namespace

LrFindTask::LrFindTask(const FindLearningRate& request, Graph graph,
                       const std::shared_ptr<const ModelFile>& model,
                       std::shared_ptr<const Dataset> train, std::shared_ptr<WorkerPool> workers,
                       Backend& backend)
    : steps_(request.steps), train_(std::move(train)) {
  const RunOptions& run = request.options;
  if (!train_->complete() || train_->size() == 0) {
    fail("[lr-find] {} of the {} training images of {} are here; expected all, and at least 1",
         train_->available(), train_->size(), train_->name());
  }
  const Subset images = training_images(run, *train_);
  std::unique_ptr<Loss> loss = make_loss(run);
  fold_final_activation(graph, *loss);
  check_fits(graph, *train_, run.model);
  auto optimizer = find_optimizer(run.optimizer).make(run.optimizer_options);
  const UpdateOptions update = read_update_options(run.update_options);
  check_memory(graph, backend,
               {.model = run.model,
                .batch = run.batch,
                .train_images = images.size(),
                .states = state_count(*optimizer, update),
                .sample_type = train_->sample_type()});
  network_.emplace(std::move(graph), backend, run.seed);
  if (model) load_weights(*network_, *model);
  trainer_.emplace(*network_, std::move(loss), std::move(optimizer), request.first_rate, update);
  trainer_->set_sample_type(train_->sample_type());
  trainer_->set_class_weights(class_weights(run, images));
  tester_.emplace(*trainer_, RangeTestOptions{.first_rate = request.first_rate,
                                              .last_rate = request.last_rate,
                                              .steps = request.steps});
  loader_.emplace(images, LoaderOptions{.batch = run.batch,
                                        .shuffle = true,
                                        .seed = run.seed,
                                        .workers = std::move(workers),
                                        .augmentation = read_augmentation(run.augmentation)});
}

bool LrFindTask::advance() {
  while (!loader_->next(batch_)) loader_->start_epoch(++epoch_);
  return tester_->step(batch_);
}

double LrFindTask::progress() const {
  return static_cast<double>(tester_->steps()) / static_cast<double>(steps_);
}

Result LrFindTask::result() {
  RangeTest test = tester_->result();
  LearningRates result{.rates = std::move(test.rates),
                       .losses = std::move(test.losses),
                       .smoothed = std::move(test.smoothed)};
  if (test.suggestion) result.suggestion = *test.suggestion;
  return result;
}

}  // namespace convlab
