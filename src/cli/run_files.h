#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "train/callbacks/callback_list.h"

namespace convlab {

/// Files that a training writes while it runs, and the one from which it goes on.
struct RunFileOptions {
  std::string checkpoint;
  std::string checkpoint_every = "epoch";  ///< or a number of steps
  std::string resume;
  std::string save_best;
  std::string log;
};

/// --checkpoint, --checkpoint-every, --resume, --save-best, --log.
void add_run_files(CLI::App& command, RunFileOptions& options);

/// Keeps those files.
class RunFiles {
 public:
  /// Throws Error when a file could not be written, has an ending that is no log's, or is one of
  /// `others`, which the command writes, too. Leaves all as they are.
  RunFiles(const RunFileOptions& options, const std::vector<std::string>& others);

  /// The callbacks that write them, for one run of the engine.
  Callbacks callbacks(Engine& engine);
  /// Brings a run that was just configured to where the checkpoint of --resume is; without one does
  /// nothing. What is wrong with it shows in the snapshot.
  void resume(Engine& engine) const;
  /// Empties the log and writes the lines of what a resumed run had done before.
  void begin(const Snapshot& snapshot);
  /// After each advance of the engine: writes the best model by `save`, if it is time to.
  void advanced(const std::function<void(const std::string& file)>& save);
  /// Where the run is now; false if no checkpoint was asked for.
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
  Callback* logger_ = nullptr;  // the run's
  bool best_due_ = false;
};

}  // namespace convlab
