#include "engine/session.h"

#include <fmt/format.h>
#include <algorithm>
#include <optional>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/channel_statistics.h"
#include "data/image_decoder.h"
#include "data/resize.h"
#include "data/worker_pool.h"
#include "engine/check_model.h"
#include "engine/controls.h"
#include "engine/describe_model.h"
#include "engine/run_features.h"
#include "engine/tasks/bench_suite.h"
#include "engine/tasks/bench_task.h"
#include "engine/tasks/evaluate_task.h"
#include "engine/tasks/explain_task.h"
#include "engine/tasks/features_task.h"
#include "engine/tasks/lr_find_task.h"
#include "explain/layers.h"
#include "io/graph_json.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

/// The network of the document in the options; none: the zoo has it.
std::optional<Graph> own_network(const RunOptions& run) {
  if (run.architecture.empty()) return std::nullopt;
  return parse_graph_json(run.architecture, "[model] " + run.model);
}

Graph zoo_network(const RunOptions& run, const Dataset& data) {
  return find_model(run.model).build(data.image_shape(), data.classes());
}

/// Sets the input normalization to that of RunOptions::featurewise_center and standardize.
void standardize(Graph& graph, const RunOptions& options, const Dataset& train) {
  if (!options.standardize && !options.featurewise_center) return;
  const ChannelStatistics statistics = channel_statistics(train);
  InputNormalization normalization{.scale = {}, .offset = {}};
  for (size_t c = 0; c < statistics.mean.size(); ++c) {
    // A channel that is the same everywhere only loses its mean, as in Keras.
    const double divisor =
        options.standardize ? std::max(statistics.deviation[c], 1e-6 * 255) : 255;
    normalization.scale.push_back(static_cast<float>(1 / divisor));
    normalization.offset.push_back(static_cast<float>(-statistics.mean[c] / divisor));
  }
  graph.set_normalization(std::move(normalization));
}

void check_pixels(const GivenImage& image) {
  const auto& [source, file, height, width, channels, pixels, is_test_image, index] = image;
  const auto is_side = [](int64_t side) { return side >= 1 && side <= max_image_side; };
  if (!is_side(height) || !is_side(width) || (channels != 1 && channels != 3)) {
    fail(
        "[image] {} has {} x {} pixels of {}; expected sides of 1 to {} pixels and 1 or 3 channels",
        source, height, width, counted(channels, "channel"), max_image_side);
  }
  const auto expected = static_cast<size_t>(height * width * channels);
  if (pixels.size() != expected) {
    fail("[image] {} has {} of pixels; expected {}", source, counted(pixels.size(), "byte"),
         expected);
  }
}

std::vector<uint8_t> test_pixels(int64_t index, const Run& run) {
  const Dataset& images = *run.data().test;
  if (index >= images.available()) {
    fail("[image] test image {}: {} of {} has {}, numbered from 0", index,
         images.complete() ? "the data set" : "what has arrived", images.name(),
         counted(images.available(), "test image"));
  }
  std::vector<uint8_t> pixels(static_cast<size_t>(images.image_shape().elements()));
  ImageReader().read(images, index, pixels);
  return pixels;
}

/// Returns the image as an input of the run's network.
std::vector<uint8_t> pixels_of(const GivenImage& image, Run& run) {
  if (const Dataset& data = *run.data().train; !data.has_images()) {
    fail("[image] {} reads features ({}), not images", run.options().model, data.features());
  }
  if (image.is_test_image) return test_pixels(image.index, run);
  const Shape& input = run.network().graph().input_shape();
  const ResizeMode mode = find_resize_mode(run.options().resize);
  if (!image.file.empty()) return fit_image(decode_image(image.file, image.source), input, mode);
  check_pixels(image);
  return fit_image({image.height, image.width, image.channels, image.pixels}, input, mode);
}

}  // namespace

Session::Session(EngineEnvironment environment, std::function<void()> changing)
    : environment_(std::move(environment)),
      changing_(std::move(changing)),
      workers_(make_workers(environment_.loader_threads)) {}

void Session::network_changes_now() {
  changing_();
  ++network_changes_;
}

Run& Session::existing_run(std::string_view what) {
  if (!run_) fail("[engine] there is no run to {}; configure one first", what);
  return *run_;
}

Run& Session::usable_run(std::string_view what) {
  Run& run = existing_run(what);
  if (state_ == RunState::failed)
    fail("[engine] the run has failed, so there is nothing to {}: {}", what, error_);
  return run;
}

// The old run ends only after everything about the new one has been checked, and before the new
// one is made, so that they do not need memory at once.
void Session::install(const RunOptions& options, OpenedData data, Graph graph) {
  // While features are computed, nobody knows which part of the memory is the task's.
  const uint64_t reclaimable = run_ && !features_.train ? backend().memory_use().bytes : 0;
  Run::check(options, data.fitted, graph, backend(), reclaimable);
  network_changes_now();
  const auto& train = data.stored.train;
  const bool is_computed = train == features_.train || (is_computed_ && train == stored_.train);
  drop_run();
  error_.clear();
  run_ = std::make_unique<Run>(options, std::move(data.fitted), std::move(graph), backend(),
                               environment_.now, workers_, environment_.callbacks);
  stored_ = std::move(data.stored);
  is_computed_ = is_computed;
  state_ = RunState::ready;
}

void Session::drop_run() {
  ++data_changes_;
  ++network_changes_;
  run_.reset();
  stored_ = {};
  is_computed_ = false;
  state_ = RunState::empty;
  note_.clear();
}

/// The front end has nothing to append to features that a task computes.
Configured Session::configured() const { return {is_computed_ ? "" : run_->options().data}; }

OpenedWeights Session::opened_weights(const std::string& name) const {
  if (!environment_.open_weights) fail("[weights] {}: there are no weights here", name);
  return environment_.open_weights(name);
}

Result Session::apply(const Configure& request) {
  const RunOptions& options = request.options;
  std::optional<Graph> own = own_network(options);
  OpenedData data = open_data(options, own ? &*own : nullptr);
  const Dataset& train = *data.fitted.train;
  Graph graph = own ? *std::move(own) : zoo_network(options, train);
  set_feature_normalization(graph, train);
  standardize(graph, options, train);
  const std::shared_ptr<const ModelFile> model = opened_model(options);
  install(options, std::move(data), std::move(graph));
  if (model) run_->load(model);
  return configured();
}

Result Session::apply(const Start&) {
  usable_run("train").begin();
  error_.clear();
  single_step_ = false;
  state_ = RunState::running;
  return Done{};
}

Result Session::apply(const Pause&) {
  existing_run("pause");
  if (is_training()) state_ = RunState::paused;
  return Done{};
}

Result Session::apply(const Step&) {
  Run& run = usable_run("train");
  if (!is_training()) run.begin();
  error_.clear();
  single_step_ = true;
  state_ = RunState::running;
  return Done{};
}

Result Session::apply(const Reset&) {
  Run& run = existing_run("reset");
  network_changes_now();
  try {
    run.reset();
  } catch (...) {
    drop_run();  // a half-reset run cannot be trained
    throw;
  }
  error_.clear();
  state_ = RunState::ready;
  return Done{};
}

Result Session::apply(const End&) {
  Run& run = usable_run("end");
  network_changes_now();
  run.end();
  state_ = RunState::finished;
  return Done{};
}

Result Session::apply(const SetLearningRate& request) {
  existing_run("change").set_learning_rate(request.learning_rate);
  return Done{};
}

Result Session::apply(const SetEpochs& request) {
  Run& run = existing_run("change");
  run.set_epochs(request.epochs);
  if (state_ == RunState::finished && !run.finished()) state_ = RunState::paused;
  return Done{};
}

std::unique_ptr<Task> Session::apply(const Evaluate& request) {
  return usable_run("evaluate").evaluation(request.top_k);
}

Result Session::apply(const Predict& request) {
  Run& run = usable_run("predict with");
  return run.predict_image(pixels_of(request.image, run));
}

Result Session::apply(const Activations& request) {
  Run& run = usable_run("look into");
  return run.layer_output(pixels_of(request.image, run), request.layer);
}

std::unique_ptr<Task> Session::apply(const Explain& request) {
  Run& run = usable_run("explain");
  return run.explanation(pixels_of(request.image, run), request);
}

Result Session::apply(const ShowFilters& request) {
  return FilterImages{layer_filters(usable_run("look into").network(), request.layer)};
}

Result Session::apply(const ShowPixel& request) {
  Run& run = usable_run("look into");
  return run.pixel_sum(pixels_of(request.image, run), request);
}

std::unique_ptr<Task> Session::apply(const ExtractFeatures& request) {
  usable_run("compute features for");
  return std::make_unique<FeaturesTask>(
      request, opened_weights(request.weights), stored_, backend(), workers_, environment_.now,
      [this](const DatasetSplits& features) { features_ = features; });
}

Result Session::apply(const DescribeData& request) {
  const DatasetSplits data = find_data(request.data);
  const Dataset& train = *data.train;
  return DataDescription{.data = request.data,
                         .train = train.size(),
                         .test = data.test->size(),
                         .image = train.image_shape(),
                         .class_names = train.class_names(),
                         .models = fitting_models(train)};
}

std::unique_ptr<Task> Session::apply(const FindLearningRate& request) {
  const RunOptions& options = request.options;
  std::optional<Graph> own = own_network(options);
  std::shared_ptr<const Dataset> train;
  if (run_ && run_->options().data == options.data && !own &&
      run_->options().image_size == options.image_size &&
      run_->options().resize == options.resize) {
    train = run_->data().train;
  } else {
    train = open_data(options, own ? &*own : nullptr).fitted.train;
  }
  check_feature_options(options, *train);
  Graph graph = own ? *std::move(own) : zoo_network(options, *train);
  set_feature_normalization(graph, *train);
  standardize(graph, options, *train);
  return std::make_unique<LrFindTask>(request, std::move(graph), opened_model(options),
                                      std::move(train), workers_, backend());
}

std::unique_ptr<Task> Session::apply(const Bench& request) {
  return std::make_unique<BenchTask>(request.options, bench_graph(request.options),
                                     environment_.now, [this] { return backend().memory_left(); });
}

Result Session::apply(const ListBenches& request) {
  if (request.threads < 1) fail("[bench] threads is {}; expected at least 1", request.threads);
  return BenchSuite{bench_suite({}, request.threads)};
}

Result Session::apply(const DescribeModel& request) {
  const auto describe = [&](const Graph& graph, const std::string& model) {
    return describe_model(graph, model, backend(), request.batch);
  };
  if (!request.architecture.empty())
    return describe(parse_graph_json(request.architecture, "[model] the document"), request.model);
  if (request.model.empty()) {
    Run& run = existing_run("describe");
    return describe(run.network().graph(), run.options().model);
  }
  const Model& model = find_model(request.model);
  const int64_t classes = request.classes == 0 ? model.default_classes : request.classes;
  return describe(model.build(request.image.rank() == 0 ? model.image() : request.image, classes),
                  request.model);
}

Result Session::apply(const CheckModel& request) { return check_model(request); }

Result Session::apply(const ListControls&) { return controls(); }

void Session::train() {
  try {
    if (needs_task()) run_->data_arrived();
    const Run::Progress progress = run_->advance();
    if (progress != Run::Progress::waiting) ++network_changes_;
    if (progress == Run::Progress::waiting) {
      state_ = RunState::waiting_for_data;
    } else if (progress == Run::Progress::finished) {
      state_ = RunState::finished;
    } else if (progress == Run::Progress::stopped) {
      state_ = RunState::paused;
      error_ = run_->data_error();
    } else {
      state_ = single_step_ ? RunState::paused : RunState::running;
    }
  } catch (const std::exception& error) {
    fail_run(error.what());
  }
}

void Session::data_arrived() {
  if (!run_) return;
  run_->data_arrived();
  ++data_changes_;
  ++network_changes_;  // predictions are of the images that have arrived
}

void Session::task_ended() {
  if (needs_task()) {
    if (features_.train->complete() && features_.test->complete()) {
      data_arrived();
    } else {
      error_ = fmt::format(
          "[features] the features of {} on which this network was trained are no longer "
          "computed; compute them again, or choose another data set",
          stored_.train->features_of());
      drop_run();
    }
  }
  features_ = {};
}

void Session::fail_run(const std::string& error) {
  state_ = RunState::failed;
  error_ = error;
}

void Session::describe(Snapshot& snapshot) const {
  snapshot.backend = environment_.backend->name();
  snapshot.threads = environment_.backend->threads();
  if (run_) run_->describe(snapshot);
  if (!note_.empty()) snapshot.notes.push_back(note_);
  describe_state(snapshot);
}

void Session::describe_state(Snapshot& snapshot) const {
  snapshot.state = state_;
  snapshot.error = error_;
  snapshot.memory_bytes = environment_.backend->memory_use().bytes;
}

}  // namespace convlab
