#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/run.h"
#include "train/callbacks/callback_list.h"

namespace convlab {

/// Files that `train` writes while it runs, and the checkpoint from which it resumes.
struct RunFileOptions {
  std::string checkpoint;
  std::string checkpoint_every = "epoch";  ///< or a number of training steps
  std::string resume;
  std::string save_best;
  std::string log;
};

/// Adds --checkpoint, --checkpoint-every, --resume, --save-best and --log.
void add_run_files(CLI::App& command, RunFileOptions& options);

/// Writes these files.
class RunFiles {
 public:
  /// Throws Error if a file is not writable or if the log has an unknown extension. Does not change
  /// any file.
  explicit RunFiles(const RunFileOptions& options);

  /// Returns the callbacks that write the files, for one run of the engine.
  Callbacks callbacks(Run& run);
  /// Restores the checkpoint of --resume into a run that was just configured; does nothing without
  /// --resume. Throws Error as Run::resume does.
  void resume(Engine& engine) const;
  /// Empties the log and writes the lines of the epochs that a resumed run has already finished.
  void begin(const Snapshot& snapshot);
  /// Must be called after each Engine::advance: writes the file of --save-best if the last epoch
  /// was the best so far.
  void advanced(Engine& engine);
  /// Writes a checkpoint of the current state; returns false without --checkpoint.
  bool write_checkpoint(Engine& engine) const;

  const RunFileOptions& options() const { return options_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  int64_t checkpoint_steps() const;
  std::unique_ptr<Callback> make_logger();
  void write_line(const std::string& line);

  RunFileOptions options_;
  std::unique_ptr<std::FILE, Close> log_;
  Callback* logger_ = nullptr;  // owned by the run
  bool best_due_ = false;
};

}  // namespace convlab
