#include "train/trainer.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "core/error.h"

namespace convlab {

MetricSums::MetricSums(Backend& backend)
    : backend_(backend),
      buffer_(backend.allocate(3 * sizeof(float))),
      tensor_{{3}, DType::f32, buffer_.memory()} {}

Metrics MetricsRead::metrics() const {
  const std::span<const float> sums = read_->values();
  if (sums[2] == 0) return {};
  return {sums[0] / double{sums[2]}, sums[1] / double{sums[2]}, static_cast<int64_t>(sums[2])};
}

Trainer::Trainer(Network& network, std::unique_ptr<Loss> loss, std::unique_ptr<Optimizer> optimizer,
                 double learning_rate, const UpdateOptions& update)
    : network_(network),
      backend_(network.backend()),
      loss_(std::move(loss)),
      updater_(network, std::move(optimizer), update),
      learning_rate_(learning_rate),
      training_(backend_),
      validation_(backend_) {
  upload_normalization();
}

void Trainer::set_class_weights(std::span<const double> weights) {
  recordings_.clear();
  class_weights_ = ClassWeights(backend_, weights, network_.graph().output_shape().elements());
}

void Trainer::set_sample_type(DType type) {
  recordings_.clear();
  images_.reset();
  sample_type_ = type;
}

void Trainer::upload_normalization() {
  const Graph& graph = network_.graph();
  const int64_t channels = graph.input_channels();
  normalization_ = backend_.allocate(2 * static_cast<size_t>(channels) * sizeof(float));
  const Tensor both{{2, channels}, DType::f32, normalization_.memory()};
  scale_ = both.part(0, 1).reshaped({channels});
  offset_ = both.part(1, 2).reshaped({channels});
  backend_.upload(graph.normalization().scales(channels).data(), scale_);
  backend_.upload(graph.normalization().offsets(channels).data(), offset_);
}

Tensor Trainer::prepare(const PassSpec& spec) {
  const auto count = static_cast<size_t>(spec.batch);
  const size_t image_bytes =
      static_cast<size_t>(network_.graph().input_shape().elements()) * size_of(sample_type_);
  const size_t class_bytes =
      static_cast<size_t>(network_.graph().output_shape().elements()) * sizeof(float);
  if (!images_ || images_->bytes() < count * image_bytes) {
    recordings_.clear();
    labels_ = backend_.allocate_upload(count * label_bytes);
    predictions_ = backend_.allocate(count * class_bytes);
    // Allocated last: its size shows that all three buffers are large enough.
    images_ = backend_.allocate_upload(count * image_bytes);
  }
  return network_.prepare(spec);
}

void Trainer::check_sizes(const Batch& batch) const {
  const Shape& image = network_.graph().input_shape();
  if (batch.type != sample_type_) {
    fail("[trainer] a batch of {}, but the network is fed with {}",
         batch.type == DType::u8 ? "images" : "features",
         sample_type_ == DType::u8 ? "images" : "features");
  }
  const auto wanted =
      static_cast<size_t>(image.with_batch(batch.size()).elements()) * size_of(sample_type_);
  if (batch.images.size() != wanted) {
    fail("[trainer] a batch of {} images has {} bytes, but the network expects {} for images of {}",
         batch.size(), batch.images.size(), wanted, image);
  }
  const size_t mixed = batch.mixed() ? batch.labels.size() : 0;
  if (batch.second_labels.size() != mixed || batch.label_weights.size() != mixed) {
    fail(
        "[trainer] a batch of {} images has {} second labels and {} label weights; expected one of "
        "each for every image, or none",
        batch.size(), batch.second_labels.size(), batch.label_weights.size());
  }
}

void Trainer::check_labels(const Batch& batch) const {
  // A single output distinguishes two classes.
  const int64_t classes = std::max<int64_t>(network_.graph().output_shape().elements(), 2);
  for (const auto* labels : {&batch.labels, &batch.second_labels}) {
    for (const int32_t label : *labels) {
      if (label < 0 || label >= classes)
        fail("[trainer] label {}, but the network has {} classes", label, classes);
    }
  }
  for (const float weight : batch.label_weights) {
    if (!(weight >= 0 && weight <= 1))
      fail("[trainer] a label weight is {} but must lie in 0 to 1", weight);
  }
}

LossTargets Trainer::load_labels(const Batch& batch) {
  const size_t bytes = batch.labels.size() * sizeof(int32_t);
  auto* host = static_cast<std::byte*>(labels_->host());
  std::memcpy(host, batch.labels.data(), bytes);
  const Tensor all{{batch.mixed() ? 3 : 1, batch.size()}, DType::i32, labels_->memory()};
  const auto part = [&all](int64_t i) { return all.part(i, i + 1).reshaped({all.shape[1]}); };
  if (batch.mixed()) {
    std::memcpy(host + bytes, batch.second_labels.data(), bytes);
    std::memcpy(host + 2 * bytes, batch.label_weights.data(), bytes);
  }
  labels_->upload(all.bytes());
  if (!batch.mixed()) return part(0);
  return {part(0), part(1), {{batch.size()}, DType::f32, part(2).memory}};
}

Trainer::StepWork Trainer::load(const PassSpec& spec, const Batch& batch) {
  const Tensor input = prepare(spec);
  const Tensor images{input.shape, sample_type_, images_->memory()};
  std::memcpy(images_->host(), batch.images.data(), images.bytes());
  images_->upload(images.bytes());
  return {.images = images,
          .targets = load_labels(batch),
          .input = input,
          .update = updater_.next_work()};
}

Tensor Trainer::forward(const StepWork& work) {
  backend_.normalize_input(work.images, scale_, offset_, work.input);
  return network_.forward();
}

void Trainer::enqueue_step(const StepWork& work) {
  const Tensor outputs = forward(work);
  loss_->run(backend_, outputs, work.targets, class_weights_.tensor(), network_.output_grad(),
             training_.tensor());
  network_.backward();
  updater_.enqueue(work.update);
}

OpSlot& Trainer::recording(const StepKey& key) {
  if (recorded_arena_ != network_.arena_version()) recordings_.clear();
  recorded_arena_ = network_.arena_version();
  return recordings_[key];
}

void Trainer::step(const Batch& batch) {
  check_sizes(batch);
  check_labels(batch);
  use_training_weights();
  const StepWork work = load(Mode::train, batch);
  backend_.set_step(updater_.step_state(learning_rate_, steps_ + 1, batch.size()));
  backend_.run_step(recording({batch.size(), batch.mixed(), work.update}),
                    [this, &work] { enqueue_step(work); });
  ++steps_;
  network_.statistics_changed();
  updater_.batch_done(batch.size());
}

void Trainer::resume(uint64_t steps, const UpdateProgress& updates, bool averaged) {
  steps_ = steps;
  updater_.restore(updates, averaged);
}

void Trainer::end_epoch() {
  use_training_weights();
  // After a checkpoint was restored, the backend does not know the step.
  backend_.set_step(updater_.step_state(learning_rate_, steps_, 0));
  updater_.flush();
}

void Trainer::evaluate(const Batch& batch, MetricSums& sums, ClassificationSums* classes) {
  check_sizes(batch);
  check_labels(batch);
  if (batch.mixed()) fail("[trainer] a batch to evaluate has mixed labels; expected none");
  use_eval_weights();
  const StepWork work = load(Mode::eval, batch);
  const Tensor outputs = forward(work);
  loss_->run(backend_, outputs, work.targets, {}, {}, sums.tensor());
  if (classes != nullptr) classes->add(outputs, work.targets.targets);
}

std::vector<float> Trainer::predict(const Batch& batch) {
  check_sizes(batch);
  use_eval_weights();
  const Tensor outputs = forward(load(Mode::eval, batch));
  const Tensor predictions{outputs.shape, DType::f32, predictions_.memory()};
  loss_->predict(backend_, outputs, predictions);
  const std::unique_ptr<ReadBack> read = backend_.read_back(predictions);
  return {read->values().begin(), read->values().end()};
}

bool Trainer::predicts_probabilities() const {
  if (!loss_->activation().empty()) return true;
  const std::string_view last = network_.graph().nodes().back().layer->kind();
  return last == "softmax" || last == "sigmoid";
}

std::vector<float> Trainer::layer_output(const Batch& batch, size_t node) {
  check_sizes(batch);
  use_eval_weights();
  const PassSpec spec{.mode = Mode::eval, .batch = batch.size(), .last_node = node};
  const std::unique_ptr<ReadBack> read = backend_.read_back(forward(load(spec, batch)));
  return {read->values().begin(), read->values().end()};
}

}  // namespace convlab
