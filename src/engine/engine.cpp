#include "engine/engine.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "core/error.h"
#include "engine/run.h"
#include "io/graph_json.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

constexpr double max_fraction = 0.05;     // of the time, for what is only shown
constexpr double publish_interval = 0.1;  // seconds between snapshots while training
constexpr double images_interval = 0.5;   // seconds between updates of samples and filters

Graph build_model(const RunOptions& run, const Dataset& data) {
  if (!run.architecture.empty()) return parse_graph_json(run.architecture, "[model] " + run.model);
  return find_model(run.model).build(data.image_shape(), data.classes());
}

}  // namespace

class Engine::Impl {
 public:
  explicit Impl(EngineEnvironment environment) : environment_(std::move(environment)) {
    publish(true);
  }

  void send(Command command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }

  std::shared_ptr<const Snapshot> snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }

  Activity advance() {
    while (const std::optional<Command> command = next_command()) {
      guarded([&] { std::visit([&](const auto& kind) { apply(kind); }, *command); });
      publish(true);
    }
    if (!is_running()) return Activity::idle;
    guarded([&] { advance_run(); });
    if (!is_running()) {
      publish(true);
      return Activity::idle;
    }
    const double now = environment_.now();
    const bool due = now >= published_ + publish_interval;
    // Epochs of a tiny network end so often that a snapshot of each would take most of the time.
    const bool epoch_due = epoch_ended_ && now >= published_ + publish_seconds_ / max_fraction;
    if (due || state_changed_ || epoch_due) publish(false);
    return state_ == RunState::waiting_for_data ? Activity::waiting : Activity::busy;
  }

  void append_data(const std::string& data, bool train, std::span<const uint8_t> shard,
                   const std::string& source) {
    if (!run_ || run_->options().data != data) return;
    guarded([&] { run_->append_data(train, shard, source); });
    publish(true);
  }

  std::vector<uint8_t> checkpoint() {
    if (!run_) fail("[engine] there is no run to write a checkpoint of; send Configure first");
    return run_->checkpoint();
  }

  void refresh() { publish(false); }

  void end() {
    if (!run_ || state_ == RunState::failed) return;
    guarded([&] {
      run_->end();
      state_ = RunState::finished;
    });
    publish(true);
  }

  void resume(std::vector<uint8_t> checkpoint, const std::string& source) {
    if (!run_ || state_ == RunState::failed) return;
    guarded([&] {
      run_->resume(std::move(checkpoint), source);
      state_ = run_->finished() ? RunState::finished : RunState::paused;
    });
    publish(true);
  }

  const Network* network() const { return run_ ? &run_->network() : nullptr; }

 private:
  bool is_running() const {
    return state_ == RunState::running || state_ == RunState::waiting_for_data;
  }

  std::optional<Command> next_command() {
    const std::lock_guard lock(mutex_);
    if (commands_.empty()) return std::nullopt;
    std::optional<Command> command = std::move(commands_.front());
    commands_.pop_front();
    return command;
  }

  // Runs `action`. An exception sets the state to failed and is reported in the snapshot.
  template <class Action>
  void guarded(const Action& action) {
    try {
      action();
    } catch (const std::exception& error) {
      state_ = RunState::failed;
      error_ = error.what();
    }
  }

  void apply(const Configure& configure) {
    images_due_ = image_seconds_ = 0;
    run_.reset();  // first, so that old and new run do not need memory at once
    asked_ = configure.options;
    error_.clear();
    DatasetSplits data = environment_.open_data(configure.options.data);
    Graph graph = build_model(configure.options, data.train);
    run_ = std::make_unique<Run>(configure.options, std::move(data), std::move(graph),
                                 *environment_.backend, environment_.now, environment_.prefetch,
                                 environment_.callbacks);
    state_ = RunState::ready;
  }

  void apply(const Start&) {
    if (!run_ || state_ == RunState::failed) return;
    run_->begin();
    single_step_ = false;
    state_ = RunState::running;
  }

  void apply(const Pause&) {
    if (is_running()) state_ = RunState::paused;
  }

  void apply(const Step&) {
    if (!run_ || state_ == RunState::failed || is_running()) return;
    run_->begin();
    single_step_ = true;
    state_ = RunState::running;
  }

  void apply(const Reset&) {
    if (!run_) return;
    try {
      run_->reset();
    } catch (...) {
      run_.reset();  // a half-reset run cannot be trained
      throw;
    }
    error_.clear();
    state_ = RunState::ready;
  }

  void apply(const SetLearningRate& command) {
    if (run_) run_->set_learning_rate(command.learning_rate);
  }

  void advance_run() {
    const RunState before = state_;
    const int64_t epochs = run_->epochs_done();
    const Run::Progress progress = run_->advance();
    if (progress == Run::Progress::waiting) {
      state_ = RunState::waiting_for_data;
    } else if (progress == Run::Progress::finished) {
      state_ = RunState::finished;
    } else if (progress == Run::Progress::stopped) {
      state_ = RunState::paused;
    } else {
      state_ = single_step_ ? RunState::paused : RunState::running;
    }
    state_changed_ = state_ != before;
    epoch_ended_ = epoch_ended_ || run_->epochs_done() != epochs;
  }

  // Makes the current state the snapshot. What fails in it shows in the snapshot: nobody waits for
  // an exception here. Samples and filters need a forward pass, so they are renewed less often.
  void publish(bool with_images) {
    const double start = environment_.now();
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->sequence = ++sequence_;
    snapshot->options = asked_;
    snapshot->backend = environment_.backend->name();
    snapshot->threads = environment_.backend->threads();
    if (run_) {
      guarded([&] { run_->describe(*snapshot); });
      const bool cheap = image_seconds_ <= images_interval / 2;
      if (start >= images_due_ || (with_images && cheap)) renew_images();
      snapshot->samples = samples_;
      snapshot->filters = filters_;
    }
    snapshot->state = state_;
    snapshot->error = error_;
    snapshot->memory_bytes = environment_.backend->memory_use().bytes;
    state_changed_ = epoch_ended_ = false;
    {
      const std::lock_guard lock(mutex_);
      snapshot_ = std::move(snapshot);
    }
    published_ = environment_.now();
    publish_seconds_ = published_ - start;
  }

  void renew_images() {
    const double start = environment_.now();
    guarded([&] { samples_ = run_->samples(); });
    guarded([&] { filters_ = run_->filters(); });
    const double end = environment_.now();
    image_seconds_ = end - start;
    images_due_ = end + std::max(images_interval, image_seconds_ / max_fraction);
  }

  EngineEnvironment environment_;
  mutable std::mutex mutex_;  // guards commands_ and snapshot_
  std::deque<Command> commands_;
  std::shared_ptr<const Snapshot> snapshot_;

  std::unique_ptr<Run> run_;
  RunOptions asked_;
  RunState state_ = RunState::empty;
  std::string error_;
  bool single_step_ = false;
  bool state_changed_ = false;
  bool epoch_ended_ = false;
  uint64_t sequence_ = 0;
  double published_ = 0;
  double publish_seconds_ = 0;  // that the last snapshot took
  double image_seconds_ = 0;    // that the last samples and filters took
  double images_due_ = 0;
  Samples samples_;
  Filters filters_;
};

Engine::Engine(EngineEnvironment environment)
    : impl_(std::make_unique<Impl>(std::move(environment))) {}

Engine::~Engine() = default;

void Engine::send(Command command) { impl_->send(std::move(command)); }

std::shared_ptr<const Snapshot> Engine::snapshot() const { return impl_->snapshot(); }

Activity Engine::advance() { return impl_->advance(); }

void Engine::refresh() { impl_->refresh(); }

void Engine::end() { impl_->end(); }

std::vector<uint8_t> Engine::checkpoint() { return impl_->checkpoint(); }

void Engine::resume(std::vector<uint8_t> checkpoint, const std::string& source) {
  impl_->resume(std::move(checkpoint), source);
}

const Network* Engine::network() const { return impl_->network(); }

void Engine::append_data(const std::string& data, bool train, std::span<const uint8_t> shard,
                         const std::string& source) {
  impl_->append_data(data, train, shard, source);
}

}  // namespace convlab
