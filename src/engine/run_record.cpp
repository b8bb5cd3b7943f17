#include "engine/run_record.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"
#include "engine/json_fields.h"

namespace convlab {

namespace {

constexpr std::array<std::string_view, 5> may_differ{"epochs", "time_budget", "schedule",
                                                     "warmup_epochs", "cache_images"};
constexpr std::string_view schedule_options = "schedule_options";  // and those in it

/// Returns the results of all epochs in one array, epoch by epoch.
std::vector<double> flat(const std::vector<EpochResult>& history) {
  std::vector<double> numbers;
  for (const EpochResult& result : history) {
    numbers.insert(numbers.end(),
                   {result.train_loss, result.train_accuracy, result.val_loss, result.val_accuracy,
                    result.learning_rate, result.seconds, result.images_per_second});
  }
  return numbers;
}

std::vector<EpochResult> from_flat(const std::vector<double>& numbers, const std::string& where) {
  constexpr size_t columns = 7;
  if (numbers.size() % columns != 0)
    fail("{}: the history has {} numbers; expected {} per epoch", where, numbers.size(), columns);
  std::vector<EpochResult> history;
  for (size_t i = 0; i < numbers.size(); i += columns) {
    history.push_back({.epoch = static_cast<int64_t>(i / columns) + 1,
                       .train_loss = numbers[i],
                       .train_accuracy = numbers[i + 1],
                       .val_loss = numbers[i + 2],
                       .val_accuracy = numbers[i + 3],
                       .learning_rate = numbers[i + 4],
                       .seconds = numbers[i + 5],
                       .images_per_second = numbers[i + 6]});
  }
  return history;
}

/// Lists all fields of a record except the history, for both writing and reading.
template <class Fields, MaybeConst<RunRecord> S>
void visit_record(Fields& fields, S& record) {
  fields("options", record.options);
  fields("epochs", record.epochs);
  fields("epoch", record.epoch);
  fields("step", record.step);
  fields("batches", record.batches);
  fields("validating", record.validating);
  fields("validation_batches", record.validation_batches);
  fields("learning_rate", record.learning_rate);
  fields("step_learning_rate", record.step_learning_rate);
  fields("train_seconds", record.train_seconds);
  fields("validation_seconds", record.validation_seconds);
  fields("epoch_images", record.epoch_images);
  fields("images_per_second", record.images_per_second);
  fields("curve_interval", record.curve.interval);
  fields("curve_loss", record.curve.last_loss);
  fields("curve_accuracy", record.curve.last_accuracy);
  fields("curve_samples", record.curve.last_samples);
  fields("train_loss", record.train_loss);
  fields("train_accuracy", record.train_accuracy);
  fields("val_loss", record.val_loss);
  fields("val_accuracy", record.val_accuracy);
  fields("schedule", record.schedule);
  fields("callbacks", record.callbacks);
  if (record.version == 1) return;
  fields("updates", record.updates.updates);
  fields("waiting_batches", record.updates.waiting_batches);
  fields("waiting_images", record.updates.waiting_images);
  fields("averaged", record.averaged);
  fields("train_images", record.train_images);
  fields("test_images", record.test_images);
  fields("train_fingerprint", record.train_fingerprint);
  fields("test_fingerprint", record.test_fingerprint);
  fields("schedule_epochs", record.schedule_epochs);
}

WrittenJson written_options(const RunOptions& options) {
  std::vector<uint8_t> block;
  FieldWriter fields(block);
  fields("options", options);
  return fields.take().at("options");
}

/// Rewrites the options of an older record as this version writes them. Before version 3, label
/// smoothing was an option of the run; the others added here did not exist.
void update_options(FieldJson& record) {
  const auto options = record.find("options");
  if (options == record.end() || !options->is_object()) return;  // the reader refuses it
  // As they would be read: numbers that are not negative have a type of their own then.
  const FieldJson defaults = FieldJson::parse(written_options({}).dump());
  for (const char* name :
       {"architecture", "image_size", "resize", "featurewise_center", "standardize", "cache_images",
        "augmentation", "validation_split", "loss", "loss_options", "class_weights"})
    options->emplace(name, defaults.at(name));
  const auto smoothing = options->find("label_smoothing");
  if (smoothing == options->end()) return;
  if (*smoothing != 0) (*options)["loss_options"] = {{"label_smoothing", *smoothing}};
  options->erase("label_smoothing");
}

/// Computes what version 1 did not write. Its batches waited for an update across epochs.
void complete_version_1(RunRecord& record) {
  int64_t accumulate = 1;
  for (const auto& [name, value] : record.options.update_options) {
    if (name == "accumulate" && std::holds_alternative<int64_t>(value))
      accumulate = std::max<int64_t>(1, std::get<int64_t>(value));
  }
  const int64_t waiting = record.step % accumulate;
  record.updates = {.updates = static_cast<uint64_t>(record.step / accumulate),
                    .waiting_batches = waiting,
                    .waiting_images = waiting * record.options.batch};
}

void check(const RunRecord& record, const std::string& where) {
  const auto epochs = static_cast<int64_t>(record.history.size());
  if (record.epoch != epochs)
    fail("{}: {} epochs are done, but the history has {}", where, record.epoch, epochs);
  for (const Curve* curve : {&record.val_loss, &record.val_accuracy}) {
    if (static_cast<int64_t>(curve->x.size()) != epochs)
      fail("{}: {} points in the validation curves; expected {}", where, curve->x.size(), epochs);
  }
  const size_t points = record.train_loss.x.size();
  if (points >= CurveRecorder::max_points || record.train_accuracy.x.size() != points) {
    fail("{}: the training curves have {} and {} points; expected the same number, below {}", where,
         points, record.train_accuracy.x.size(), CurveRecorder::max_points);
  }
  if (record.curve.interval < 1) fail("{}: curve_interval is 0; expected at least 1", where);
  if (!(record.step_learning_rate >= 0))
    fail("{}: step_learning_rate is {}; expected at least 0", where, record.step_learning_rate);
  if (!record.validating && record.validation_batches > 0)
    fail("{}: {} validation batches are done, but no validation is running; expected 0", where,
         record.validation_batches);
}

}  // namespace

CheckpointRun encode(const RunRecord& record) {
  CheckpointRun run;
  FieldWriter fields(run.block);
  fields("version", record.version);
  visit_record(fields, record);
  fields("history", flat(record.history));
  run.json = dump_fields(fields.take());
  return run;
}

RunRecord decode_run_record(const CheckpointRun& run, const std::string& where) {
  FieldJson object = parse_fields(where, run.json);
  RunRecord record;
  const int64_t newest = record.version;
  FieldReader(where, object, run.block, false)("version", record.version);
  if (record.version < 1 || record.version > newest) {
    fail("{} has version {}; expected 1 to {}{}", where, record.version, newest,
         record.version > newest ? ". A newer convlab wrote it" : "");
  }
  if (record.version < newest) update_options(object);
  FieldReader fields(where, object, run.block, record.version == 1);
  fields("version", record.version);
  visit_record(fields, record);
  std::vector<double> numbers;
  fields("history", numbers);
  fields.finish();
  record.history = from_flat(numbers, where);
  if (record.version == 1) complete_version_1(record);
  check(record, where);
  return record;
}

std::string differing_options(const RunOptions& there, const RunOptions& here) {
  const WrittenJson old = written_options(there).flatten();
  const WrittenJson now = written_options(here).flatten();
  std::string text;
  const auto compare = [&](const std::string& path) {
    const std::string name = path.substr(1);
    if (std::find(may_differ.begin(), may_differ.end(), name) != may_differ.end()) return;
    if (name.starts_with(schedule_options) || name == "architecture") return;
    if (name == "model" && !here.architecture.empty()) return;
    const WrittenJson before = old.value(path, WrittenJson());
    const WrittenJson after = now.value(path, WrittenJson());
    if (before == after) return;
    text += fmt::format("{}{} ({} there, {} here)", text.empty() ? "" : ", ", name,
                        dump_fields(before), dump_fields(after));
  };
  for (const auto& [path, value] : now.items()) compare(path);
  for (const auto& [path, value] : old.items()) {
    if (!now.contains(path)) compare(path);
  }
  return text;
}

}  // namespace convlab
