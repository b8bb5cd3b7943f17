#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/environment.h"
#include "engine/replies.h"
#include "engine/requests.h"
#include "engine/run.h"
#include "engine/tasks/task.h"

namespace convlab {

/// What an Engine works on: the run and its state. Carries out the requests; each of the functions
/// `apply` is the handler of one kind, and returns its result or the task that will produce it.
/// They throw Error, and have no effect, if the request is invalid.
class Session {
 public:
  /// `changing` is called before the run is replaced or its weights change otherwise than by
  /// training, so that tasks that use it can end.
  Session(EngineEnvironment environment, std::function<void()> changing);

  Result apply(const Configure& request);
  Result apply(const Start& request);
  Result apply(const Pause& request);
  Result apply(const Step& request);
  Result apply(const Reset& request);
  Result apply(const End& request);
  Result apply(const SetLearningRate& request);
  Result apply(const SetEpochs& request);
  std::unique_ptr<Task> apply(const Evaluate& request);
  Result apply(const Predict& request);
  Result apply(const Activations& request);
  std::unique_ptr<Task> apply(const Explain& request);
  Result apply(const ShowFilters& request);
  Result apply(const ShowPixel& request);
  std::unique_ptr<Task> apply(const ExtractFeatures& request);
  Result apply(const DescribeData& request);
  Result apply(const SaveModel& request);
  Result apply(const LoadModel& request);
  Result apply(const SaveCheckpoint& request);
  Result apply(const LoadCheckpoint& request);
  std::unique_ptr<Task> apply(const FindLearningRate& request);
  std::unique_ptr<Task> apply(const Bench& request);
  Result apply(const ListBenches& request);
  Result apply(const DescribeModel& request);
  Result apply(const CheckModel& request);
  Result apply(const ListControls& request);

  /// Whether training steps are due.
  bool is_training() const {
    return state_ == RunState::running || state_ == RunState::waiting_for_data;
  }
  /// Does one training step or one validation batch. An exception sets the state to failed.
  void train();
  /// Call it after images have arrived in the run's data set.
  void data_arrived();
  /// Whether the run is trained on features that a task computes.
  bool needs_task() const { return run_ && features_.train && stored_.train == features_.train; }
  /// Call it when a task has ended.
  void task_ended();

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
  Run* run() {
    return run_.get();
  }  ///< null before the first Configure, and when its features failed
  Backend& backend() { return *environment_.backend; }
  double now() const { return environment_.now(); }

 private:
  Run& existing_run(std::string_view what);
  Run& usable_run(std::string_view what);
  void network_changes_now();
  OpenedWeights opened_weights(const std::string& name) const;
  std::shared_ptr<const ModelFile> opened_model(const RunOptions& options) const;
  /// A data set as it is stored, and in the size that the run needs.
  struct OpenedData {
    DatasetSplits stored;
    DatasetSplits fitted;
  };
  void install(const RunOptions& options, OpenedData data, Graph graph);
  void drop_run();
  Configured configured() const;
  DatasetSplits find_data(const std::string& name) const;
  OpenedData open_data(const RunOptions& options, const Graph* graph, bool resize = false);
  OpenedData data_for(const LoadModel& request, const ModelFile& file, RunOptions& options);

  EngineEnvironment environment_;
  std::function<void()> changing_;
  std::shared_ptr<WorkerPool> workers_;  // of all loaders; null: none
  std::unique_ptr<Run> run_;
  DatasetSplits stored_;      // the images of the run as they are stored
  DatasetSplits features_;    // that a task computes; empty: there is none
  bool is_computed_ = false;  // stored_ are features that a task computes or has computed
  RunState state_ = RunState::empty;
  std::string error_;
  std::string note_;  // about a loaded model
  bool single_step_ = false;
  uint64_t data_changes_ = 0;
  uint64_t network_changes_ = 0;
};

}  // namespace convlab
