#include "cli/run_files.h"

#include <fmt/format.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "cli/model_argument.h"
#include "core/error.h"
#include "engine/epoch_logs.h"
#include "io/write_file.h"
#include "train/callbacks/log_writers.h"
#include "train/callbacks/model_checkpoint.h"

namespace convlab {

namespace {

constexpr int64_t max_steps = 1'000'000'000;

/// Returns the number of steps, 0 for "epoch", or -1 for invalid text.
int64_t parse_every(const std::string& text) {
  if (text == "epoch") return 0;
  int64_t steps = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), steps);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && steps >= 1 && steps <= max_steps ? steps : -1;
}

bool is_csv(const std::string& file) { return file.ends_with(".csv"); }

}  // namespace

void add_run_files(CLI::App& command, RunFileOptions& options) {
  const auto file = [&command](const char* name, std::string& value, const char* description) {
    return command.add_option(name, value, description)->type_name("FILE");
  };
  CLI::Option* checkpoint = file(
      "--checkpoint", options.checkpoint,
      "Write checkpoints during training, also when it is interrupted with Ctrl-C or stopped by "
      "--time-budget; continue from one with --resume");
  const auto check = [](const std::string& text) {
    if (parse_every(text) >= 0) return std::string();
    return fmt::format("{} is neither 'epoch' nor a number of steps from 1 to {}", text, max_steps);
  };
  command
      .add_option(
          "--checkpoint-every", options.checkpoint_every,
          "When to write the checkpoint: 'epoch' (after each epoch), or a number N (after every N "
          "training steps)")
      ->type_name("WHEN")
      ->capture_default_str()
      ->check(CLI::Validator(check, ""))
      ->needs(checkpoint);
  file("--resume", options.resume,
       "Resume from a checkpoint. Needs the same options, except --epochs and --time-budget; gives "
       "bitwise the same results as without interruption");
  file("--save-best", options.save_best,
       "Save the model after each epoch with the lowest validation loss so far");
  file("--log", options.log, "Write one line of metrics per epoch to a .csv or .jsonl file");
}

RunFiles::RunFiles(const RunFileOptions& options) : options_(options) {
  if (!options_.log.empty() && !is_csv(options_.log) && !options_.log.ends_with(".jsonl"))
    fail("--log {}: expected a name that ends with .csv or .jsonl", options_.log);
  for (const std::string& file : {options_.checkpoint, options_.save_best, options_.log}) {
    if (!file.empty()) check_writable(file);
  }
}

int64_t RunFiles::checkpoint_steps() const { return parse_every(options_.checkpoint_every); }

Callbacks RunFiles::callbacks(Run& run) {
  Callbacks callbacks;
  if (!options_.save_best.empty()) {
    callbacks.push_back(std::make_unique<ModelCheckpoint>(
        ModelCheckpointOptions{.save_best_only = true}, [this] { best_due_ = true; }));
  }
  if (!options_.log.empty()) {
    callbacks.push_back(make_logger());
    logger_ = callbacks.back().get();
  }
  // Last, so that the checkpoint includes the state of the other callbacks after this step.
  if (!options_.checkpoint.empty()) {
    callbacks.push_back(std::make_unique<ModelCheckpoint>(
        ModelCheckpointOptions{.save_freq = checkpoint_steps()},
        [this, &run] { write_file(options_.checkpoint, run.checkpoint()); }));
  }
  return callbacks;
}

std::unique_ptr<Callback> RunFiles::make_logger() {
  const auto write = [this](const std::string& line) { write_line(line); };
  if (is_csv(options_.log)) return std::make_unique<CsvLogger>(write);
  return std::make_unique<JsonLogger>(write);
}

void RunFiles::write_line(const std::string& line) {
  if (!log_) return;
  const std::string text = line + "\n";
  if (std::fputs(text.c_str(), log_.get()) >= 0 && std::fflush(log_.get()) == 0) return;
  const std::string reason = std::strerror(errno);
  log_.reset();
  fail("[file] {}: writing failed: {}", options_.log, reason);
}

void RunFiles::resume(Engine& engine) const {
  if (options_.resume.empty()) return;
  engine.call<Done>(LoadCheckpoint{options_.resume, read_model_file(options_.resume)});
}

void RunFiles::begin(const Snapshot& snapshot) {
  if (options_.log.empty()) return;
  log_.reset(std::fopen(options_.log.c_str(), "w"));
  if (!log_) fail("[file] {}: cannot be written: {}", options_.log, std::strerror(errno));
  for (const EpochResult& result : snapshot.history) logger_->epoch_ended(logs_of(result));
}

void RunFiles::advanced(Engine& engine) {
  if (std::exchange(best_due_, false))
    write_file(options_.save_best, engine.call<SavedFile>(SaveModel{}).bytes);
}

bool RunFiles::write_checkpoint(Engine& engine) const {
  if (options_.checkpoint.empty()) return false;
  write_file(options_.checkpoint, engine.call<SavedFile>(SaveCheckpoint{}).bytes);
  return true;
}

}  // namespace convlab
