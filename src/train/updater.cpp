#include "train/updater.h"

#include <algorithm>

#include "core/error.h"

namespace convlab {

template <class Visitor>
void UpdateOptions::visit(Visitor& visitor) {
  visitor.number("clip_norm", clip_norm, 0, 1e9,
                 "max L2 norm of all gradients together; 0: no clipping");
  visitor.number("clip_value", clip_value, 0, 1e9,
                 "max absolute value of each gradient element; 0: no clipping");
  visitor.integer("accumulate", accumulate, 1, 65536,
                  "number of batches per update, which uses the mean of their gradients");
  visitor.number(
      "ema_momentum", ema_momentum, 0, 0.999999,
      "fraction of the moving average of the weights that each update keeps; 0: no average");
  visitor.integer("ema_overwrite_frequency", ema_overwrite_frequency, 0, 1'000'000'000,
                  "updates after which the average also replaces the training weights; 0: never");
}
template void UpdateOptions::visit(OptionReader&);
template void UpdateOptions::visit(OptionLister&);
template void UpdateOptions::visit(OptionWriter&);

namespace {

UpdateOptions checked(const UpdateOptions& options) {
  checked_options("update", options);
  if (options.clip_norm > 0 && options.clip_value > 0) {
    fail("[update] clip_norm and clip_value are both given; expected only one of them");
  }
  if (options.ema_overwrite_frequency > 0 && options.ema_momentum == 0) {
    fail("[update] ema_overwrite_frequency is given without ema_momentum; expected both");
  }
  return options;
}

}  // namespace

UpdateOptions read_update_options(const Options& options) {
  return checked(read_options<UpdateOptions>("update", options));
}

Updater::Updater(Network& network, std::unique_ptr<Optimizer> optimizer,
                 const UpdateOptions& options)
    : network_(network),
      backend_(network.backend()),
      optimizer_(std::move(optimizer)),
      options_(checked(options)) {
  for (size_t i = 0; i < optimizer_->state_count(); ++i) add_state(optimizer_->state_start(i));
  if (options_.ema_momentum > 0) {
    add_state(0);
    average_ = states_.back();
  }
  if (options_.accumulate > 1) {
    add_state(0);
    mean_grads_ = states_.back();
  }
  norm_buffer_ = backend_.allocate(sizeof(float));
  norm_ = {{1}, DType::f32, norm_buffer_.memory()};
}

void Updater::add_state(double start) {
  const Tensor& values = network_.values();
  buffers_.push_back(backend_.allocate(std::max(values.bytes(), sizeof(float))));
  states_.push_back({values.shape, DType::f32, buffers_.back().memory()});
  if (start != 0) backend_.fill(states_.back(), static_cast<float>(start));
}

void Updater::clip(const Tensor& grads) {
  if (options_.clip_value > 0) backend_.clip_value(grads, static_cast<float>(options_.clip_value));
  if (options_.clip_norm > 0)
    backend_.clip_norm(grads, static_cast<float>(options_.clip_norm), norm_);
}

bool Updater::overwrites(uint64_t update) const {
  const auto frequency = static_cast<uint64_t>(options_.ema_overwrite_frequency);
  return average_ && frequency > 0 && update % frequency == 0;
}

StepState Updater::step_state(double learning_rate, uint64_t step, int64_t images) const {
  const int64_t sum = progress_.waiting_images + images;
  const uint64_t update = progress_.updates + 1;
  const double accumulation = sum == 0 ? 1 : static_cast<double>(images) / static_cast<double>(sum);
  return {.learning_rate = static_cast<float>(learning_rate),
          .step = step,
          .update = update,
          .accumulation_weight = static_cast<float>(accumulation),
          .average_weight = update == 1 ? 1 : static_cast<float>(1 - options_.ema_momentum)};
}

UpdateWork Updater::next_work() const {
  if (mean_grads_ && progress_.waiting_batches + 1 < options_.accumulate) return {};
  return {.updates = true, .overwrites = overwrites(progress_.updates + 1)};
}

void Updater::enqueue(const UpdateWork& work) {
  const Tensor grads = network_.grads();
  if (mean_grads_) backend_.lerp(grads, StepWeight::accumulation, mean_grads_);
  if (work.updates) enqueue_update(mean_grads_ ? mean_grads_ : grads, work);
}

void Updater::enqueue_update(const Tensor& grads, const UpdateWork& work) {
  clip(grads);
  const auto own_states = std::span<const Tensor>(states_).first(optimizer_->state_count());
  const Tensor& values = network_.values();
  optimizer_->update(backend_, values, grads, own_states, network_.ranges());
  if (average_) backend_.lerp(values, StepWeight::average, average_);
  if (work.overwrites) backend_.copy(average_, values);
}

void Updater::batch_done(int64_t images) {
  if (next_work().updates) return update_done();
  ++progress_.waiting_batches;
  progress_.waiting_images += images;
}

void Updater::update_done() {
  progress_ = {.updates = progress_.updates + 1};
  network_.trainable_values_changed();
}

void Updater::add_batch(int64_t images) {
  enqueue(next_work());
  batch_done(images);
}

void Updater::flush() {
  if (progress_.waiting_batches == 0) return;
  enqueue_update(mean_grads_, {.updates = true, .overwrites = overwrites(progress_.updates + 1)});
  update_done();
}

void Updater::swap_weights() {
  backend_.swap(network_.values(), average_);
  network_.trainable_values_changed();
  averaged_ = !averaged_;
}

void Updater::use_average() {
  if (average_ && !averaged_ && progress_.updates > 0) swap_weights();
}

void Updater::use_training_weights() {
  if (averaged_) swap_weights();
}

void Updater::restore(const UpdateProgress& progress, bool averaged) {
  progress_ = progress;
  averaged_ = averaged;
  network_.values_changed();
}

}  // namespace convlab
