#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "backend/processors.h"
#include "cli/augment_options.h"
#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/interrupt.h"
#include "cli/json_lines.h"
#include "cli/loss_options.h"
#include "cli/model_argument.h"
#include "cli/optimizer_options.h"
#include "cli/progress.h"
#include "cli/run_files.h"
#include "cli/stopping_options.h"
#include "cli/values.h"
#include "core/counted.h"
#include "core/error.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "core/parse_number.h"
#include "data/selected_dataset.h"
#include "engine/engine.h"
#include "engine/run.h"
#include "engine/run_loss.h"
#include "features/open_data.h"
#include "io/write_file.h"

namespace convlab {

namespace {

using Json = nlohmann::ordered_json;

struct TrainOptions {
  RunOptions run;
  std::string model;              ///< as given
  std::vector<NamedFile> inputs;  ///< files that were read with the options
  std::string data_dir;
  std::string backend;
  std::string winograd = "auto";
  int threads = 0;
  int64_t limit = 0;
  std::string json;
  std::string save;
  RunFileOptions files;
};

/// `unreadable`: number of images left out so far.
nlohmann::ordered_json epoch_event(const EpochResult& result, int64_t unreadable) {
  return {{"event", "epoch"},
          {"epoch", result.epoch},
          {"train_loss", result.train_loss},
          {"train_accuracy", result.train_accuracy},
          {"val_loss", result.val_loss},
          {"val_accuracy", result.val_accuracy},
          {"learning_rate", result.learning_rate},
          {"seconds", result.seconds},
          {"images_per_second", result.images_per_second},
          {"unreadable_images", unreadable}};
}

double mean_images_per_second(const Snapshot& snapshot) {
  if (snapshot.history.empty()) return snapshot.images_per_second;
  double seconds_per_image = 0;
  for (const EpochResult& result : snapshot.history)
    seconds_per_image += 1 / result.images_per_second;
  return static_cast<double>(snapshot.history.size()) / seconds_per_image;
}

/// Runs `convlab train`, from checking the options to saving the model. Invalid options are found
/// before training starts.
class Training {
 public:
  explicit Training(TrainOptions options)
      : options_(std::move(options)),
        json_(options_.json),
        files_(options_.files),
        progress_(json_.to_stdout() ? stderr : stdout, monotonic_seconds) {
    if (!is_model_file(options_.model)) set_model(options_.run, options_.model);
    make_loss(options_.run);
    check_optimizer_options(options_.run);
    check_files();
    engine_ = std::make_unique<Engine>(EngineEnvironment{
        .backend = open_backend(options_.backend, options_.threads, options_.winograd),
        .open_data =
            [dir = options_.data_dir, limit = options_.limit](const std::string& name) {
              DatasetSplits splits = open_data(name, dir);
              return limit > 0 ? first_of_each_class(std::move(splits), limit) : splits;
            },
        .callbacks = [this](Run& run) { return files_.callbacks(run); },
        .now = monotonic_seconds,
        .loader_threads = usable_threads(options_.threads)});
  }

  /// Returns the exit status.
  int run() {
    if (is_model_file(options_.model)) {
      engine_->call<Configured>(
          LoadModel{options_.model, read_model_file(options_.model), options_.run});
    } else {
      engine_->call<Configured>(Configure{options_.run});
    }
    files_.resume(*engine_);
    json_.open();
    try {
      return train();
    } catch (const Error& error) {
      json_.write({{"event", "error"}, {"message", error.what()}});
      throw;
    }
  }

 private:
  void check_files() const {
    const RunFileOptions& files = options_.files;
    std::vector<NamedFile> inputs = data_files(options_.run.data, options_.data_dir);
    inputs.push_back({"--model", options_.model});
    inputs.insert(inputs.end(), options_.inputs.begin(), options_.inputs.end());
    const std::vector<NamedFile> outputs{{"--save", options_.save},
                                         {"--json", options_.json},
                                         {"--save-best", files.save_best},
                                         {"--log", files.log}};
    std::vector<NamedFile> with_checkpoint = outputs;
    with_checkpoint.push_back({"--checkpoint", files.checkpoint});
    check_file_names(inputs, with_checkpoint);
    // A checkpoint may take the place of the one that it continues.
    check_file_names({{"--resume", files.resume}}, outputs);
    if (!options_.save.empty()) check_writable(options_.save);
  }

  void check_failed() const {
    const auto snapshot = engine_->snapshot();
    if (snapshot->state == RunState::failed) fail("{}", snapshot->error);
  }

  int train() {
    const Interrupt interrupt;
    introduce(*engine_->snapshot());
    files_.begin(*engine_->snapshot());
    for (const EpochResult& result : engine_->snapshot()->history)
      json_.write(epoch_event(result, engine_->snapshot()->unreadable_images));
    const double start = monotonic_seconds();
    const bool finished = engine_->snapshot()->state == RunState::finished;  // a resumed run may be
    if (!finished) engine_->call<Done>(Start{});
    bool busy = !finished;
    while (interrupt.received() == 0 && busy) {
      busy = engine_->advance() != Activity::idle;
      show();
      check_failed();
      files_.advanced(*engine_);
    }
    if (interrupt.received() != 0) engine_->call<Done>(Pause{});
    show();
    if (interrupt.received() != 0) return stop_early(interrupt.received());
    const bool lost_data = !engine_->snapshot()->error.empty();
    finish(monotonic_seconds() - start);
    return lost_data ? 1 : 0;
  }

  void introduce(const Snapshot& snapshot) {
    progress_.line(fmt::format(
        "{} on {}: {} parameters, {} training images, {}{}, {}{}", snapshot.options.model,
        snapshot.options.data, with_commas(static_cast<double>(snapshot.parameters)),
        with_commas(static_cast<double>(snapshot.train_images)),
        snapshot.validates_on_test
            ? ""
            : with_commas(static_cast<double>(snapshot.validation_images)) + " validation images, ",
        snapshot.backend, snapshot.threads, snapshot.threads == 1 ? " thread" : " threads"));
    epochs_shown_ = snapshot.history.size();
    show_notes(snapshot);
    if (!options_.files.save_best.empty() && snapshot.validates_on_test) {
      progress_.line(
          "note: --save-best judges by the test images: the test accuracy will be too good. "
          "--validation-split avoids that.");
    }
    if (options_.files.resume.empty()) return;
    progress_.line(fmt::format("resumed after {} steps, {} of {} epochs finished", snapshot.step,
                               snapshot.epoch, snapshot.epochs));
  }

  /// Those that have not been shown yet.
  void show_notes(const Snapshot& snapshot) {
    for (const std::string& note : snapshot.notes) {
      if (notes_shown_.insert(note).second) progress_.line("note: " + note);
    }
  }

  void show() {
    const auto snapshot = engine_->snapshot();
    if (snapshot->sequence == shown_) return;
    shown_ = snapshot->sequence;
    for (; epochs_shown_ < snapshot->history.size(); ++epochs_shown_) {
      const EpochResult& result = snapshot->history[epochs_shown_];
      progress_.epoch(result, *snapshot);
      json_.write(epoch_event(result, snapshot->unreadable_images));
    }
    if (snapshot->state == RunState::running) progress_.update(*snapshot);
  }

  void save(const std::string& file) {
    write_file(file, engine_->call<SavedFile>(SaveModel{}).bytes);
  }

  // The checkpoint comes before the best weights are put back: it continues the training.
  int stop_early(int signal) {
    const bool checkpointed = files_.write_checkpoint(*engine_);
    const bool has_model = engine_->snapshot()->step > 0;
    if (has_model) engine_->call<Done>(End{});
    const auto snapshot = engine_->snapshot();
    std::string text = fmt::format("stopped after {} steps, {} of {} finished", snapshot->step,
                                   snapshot->epoch, counted(snapshot->epochs, "epoch"));
    Json event{{"event", "interrupted"}, {"epochs", snapshot->epoch}, {"steps", snapshot->step}};
    if (!options_.save.empty() && has_model) {
      save(options_.save);
      event["saved"] = options_.save;
      text += fmt::format("; the current model is saved in {}{}", options_.save,
                          weights_text(*snapshot));
    } else if (!options_.save.empty()) {
      text += "; no step has been trained yet, so no model was saved";
    }
    if (checkpointed) text += fmt::format("; --resume {} continues", options_.files.checkpoint);
    progress_.line(text);
    json_.write(event);
    constexpr int shell_base = 128;  // exit status of a program that a signal ended
    return shell_base + signal;
  }

  static std::string weights_text(const Snapshot& snapshot) {
    return snapshot.restored_epoch > 0
               ? fmt::format(" (the best weights, of epoch {})", snapshot.restored_epoch)
               : "";
  }

  void finish(double seconds) {
    // A run that a time budget paused has no checkpoint of this step yet.
    const bool paused = engine_->snapshot()->state == RunState::paused;
    const bool checkpointed = paused && files_.write_checkpoint(*engine_);
    const std::string data_error = engine_->snapshot()->error;
    const std::string stop_reason =
        data_error.empty() ? engine_->snapshot()->stop_reason : data_error;
    if (paused) engine_->call<Done>(End{});
    const auto snapshot = engine_->snapshot();
    show_notes(*snapshot);
    Json event{{"event", "done"},
               {"model", snapshot->options.model},
               {"data", snapshot->options.data},
               {"backend", snapshot->backend},
               {"threads", snapshot->threads},
               {"epochs", snapshot->epoch}};
    std::string text = stop_reason.empty() ? "" : stop_reason + "\n";
    if (const EpochResult* result = result_of_weights(*snapshot)) {
      event["train_loss"] = result->train_loss;
      event["train_accuracy"] = result->train_accuracy;
      event["val_loss"] = result->val_loss;
      event["val_accuracy"] = result->val_accuracy;
      text += fmt::format("done: {} accuracy {} after {}{}, ", validation_name(*snapshot),
                          percent(result->val_accuracy), counted(result->epoch, "epoch"),
                          weights_text(*snapshot));
      if (snapshot->restored_epoch > 0) event["restored_epoch"] = snapshot->restored_epoch;
    } else {
      text += fmt::format("done: {} steps, ", snapshot->step);
    }
    event["seconds"] = seconds;
    event["images_per_second"] = mean_images_per_second(*snapshot);
    event["unreadable_images"] = snapshot->unreadable_images;
    if (snapshot->unreadable_images > 0) event["unreadable_reasons"] = snapshot->unreadable_reasons;
    text += fmt::format("{:.1f} s", seconds);
    if (!stop_reason.empty()) event["stopped"] = stop_reason;
    if (!options_.save.empty()) {
      save(options_.save);
      event["saved"] = options_.save;
      text += "; the model is saved in " + options_.save;
    }
    if (checkpointed) text += fmt::format("; --resume {} continues", options_.files.checkpoint);
    progress_.line(text);
    json_.write(event);
  }

  TrainOptions options_;
  JsonLines json_;
  RunFiles files_;
  Progress progress_;
  std::unique_ptr<Engine> engine_;
  uint64_t shown_ = 0;
  std::set<std::string> notes_shown_;
  size_t epochs_shown_ = 0;
};

/// A model file says itself how its network reads images, and what it was trained for.
void check_start_options(const CLI::App& command) {
  for (const char* name :
       {"--image-size", "--resize", "--loss", "--loss-options", "--standardize"}) {
    if (command.get_option(name)->count() > 0)
      fail("{} is that of the model file given as --model; leave it out", name);
  }
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  auto options = std::make_shared<TrainOptions>();
  RunOptions& run = options->run;
  CLI::App& command = *app.add_subcommand(
      "train",
      "Train a model and evaluate it after each epoch, on the test images or a validation split");
  add_any_model(command, options->model)->required();
  add_data(command, run.data);
  add_data_dir(command, options->data_dir);
  add_image_size(command, run.image_size);
  add_resize(command, run.resize);
  command
      .add_option_function<std::string>(
          "--cache-images",
          [&run](const std::string& text) {
            const std::optional<int64_t> megabytes = parse_integer(text);
            if (text != "auto" && !(megabytes >= 0 && megabytes <= max_cache_images)) {
              fail("--cache-images is {}; expected 0 to {} or auto", text, max_cache_images);
            }
            run.cache_images = megabytes.value_or(max_cache_images);
          },
          "MB of memory for decoded photos, so that later epochs need not decode them again, at "
          "most "
          "half of the memory that is left; auto: as much as needed")
      ->type_name("MB|auto");
  command
      .add_option("--limit", options->limit,
                  "Only the first N images of each class, for a quick try")
      ->type_name("N")
      ->check(whole_number(1, 1 << 30));
  add_integer(command, "--epochs", run.epochs, 1, 100000,
              "Number of epochs (passes over all training images)");
  add_batch(command, run.batch);
  add_number(command, "--validation-split", run.validation_split, 0, 0.999,
             "Fraction of the training images to set aside and to evaluate on after each epoch, "
             "instead of the test images. They are chosen at random by --seed, with the classes in "
             "the same proportions (as scikit-learn's train_test_split with stratify; Keras takes "
             "the last images)")
      ->type_name("FRACTION")
      ->capture_default_str();
  add_seed(command, run.seed);
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  add_winograd(command, options->winograd);
  command
      .add_option("--json", options->json,
                  "Write results to a file, or - for standard output, one JSON object per line")
      ->type_name("FILE");
  add_run_files(command, options->files);
  add_augment(command, run, options->inputs);
  add_standardize(command, run);
  add_stopping(command, run);
  command.add_option("--save", options->save, "Save the trained model to a .safetensors file")
      ->type_name("FILE");
  add_loss(command, run, options->inputs);
  add_optimizer_options(command, run);
  command.footer(loss_options_help() + optimizer_options_help() +
                 "\nExample:\n  convlab train --model mnist-cnn --data mnist --epochs 5 --save "
                 "digits.safetensors");
  command.callback([&command, options, &action] {
    if (is_model_file(options->model)) check_start_options(command);
    action = [options] { return Training(*options).run(); };
  });
}

}  // namespace convlab
