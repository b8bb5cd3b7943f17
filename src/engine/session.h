#pragma once

#include <memory>
#include <string>
#include <variant>

#include "engine/environment.h"
#include "engine/replies.h"
#include "engine/requests.h"
#include "engine/run.h"
#include "engine/tasks/task.h"

namespace convlab {

/// What an Engine works on: the run and its state. Carries out the requests; each of the functions
/// `apply` is the handler of one kind. They throw Error, and have no effect, if the request is
/// invalid.
class Session {
 public:
  /// A result, or the task that will produce it.
  using Answer = std::variant<Result, std::unique_ptr<Task>>;

  explicit Session(EngineEnvironment environment);

  Answer apply(const Configure& request);
  Answer apply(const Start& request);
  Answer apply(const Pause& request);
  Answer apply(const Step& request);
  Answer apply(const Reset& request);
  Answer apply(const End& request);
  Answer apply(const SetLearningRate& request);
  Answer apply(const SetEpochs& request);
  Answer apply(const Evaluate& request);
  Answer apply(const Predict& request);
  Answer apply(const SaveModel& request);
  Answer apply(const LoadModel& request);
  Answer apply(const SaveCheckpoint& request);
  Answer apply(const LoadCheckpoint& request);
  Answer apply(const FindLearningRate& request);
  Answer apply(const Bench& request);
  Answer apply(const ListBenches& request);
  Answer apply(const DescribeModel& request);
  Answer apply(const ListControls& request);

  /// Whether training steps are due.
  bool is_training() const {
    return state_ == RunState::running || state_ == RunState::waiting_for_data;
  }
  /// Does one training step or one validation batch. An exception sets the state to failed.
  void train();
  /// Throws Error and changes nothing unless `data` is the configured data set and the shard is
  /// valid.
  void append_data(const std::string& data, bool train, std::span<const uint8_t> shard,
                   const std::string& source);

  /// Sets the state to failed.
  void fail_run(const std::string& error);
  /// Sets all fields of a snapshot except sequence, running, samples and filters.
  void describe(Snapshot& snapshot) const;
  /// Sets those of them that hold whatever happens: state, error and memory_bytes.
  void describe_state(Snapshot& snapshot) const;

  /// Numbers that change whenever the images or the network of the run may have changed.
  uint64_t data_changes() const { return data_changes_; }
  uint64_t network_changes() const { return network_changes_; }

  RunState state() const { return state_; }
  Run* run() { return run_.get(); }  ///< null before the first Configure
  Backend& backend() { return *environment_.backend; }
  double now() const { return environment_.now(); }

 private:
  Run& existing_run(std::string_view what);
  Run& usable_run(std::string_view what);
  void install(const RunOptions& options, DatasetSplits data, Graph graph);
  DatasetSplits data_for(const LoadModel& request, const ModelFile& file, RunOptions& options);

  EngineEnvironment environment_;
  std::unique_ptr<Run> run_;
  RunState state_ = RunState::empty;
  std::string error_;
  std::string note_;  // about a loaded model
  bool single_step_ = false;
  uint64_t data_changes_ = 0;
  uint64_t network_changes_ = 0;
};

}  // namespace convlab
