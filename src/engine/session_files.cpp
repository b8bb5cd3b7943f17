// How a Session saves and opens models and checkpoints.
#include "engine/session.h"

#include <fmt/format.h>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "core/error.h"
#include "engine/class_names.h"
#include "engine/run_features.h"
#include "engine/run_loss.h"
#include "engine/run_resize.h"
#include "features/joined_model.h"
#include "io/graph_json.h"
#include "io/model_file.h"
#include "train/check_fits.h"

namespace convlab {

namespace {

/// Throws Error for options that would give the network of a model file another input than that on
/// which its weights were trained.
void check_keeps_input(const RunOptions& options, const std::string& source) {
  if (!options.standardize && !options.featurewise_center) return;
  fail(
      "[run] standardize and featurewise_center would change the input of {}, whose weights were "
      "trained on another; leave them out",
      source);
}

/// The name of a file without folder and ending.
std::string stem_of(const std::string& source) {
  return std::filesystem::path(source).stem().string();
}

/// "mnist-cnn.safetensors"
std::string file_name(const RunOptions& options, std::string_view ending) {
  return fmt::format("{}{}", options.model, ending);
}

}  // namespace

/// Returns the model that was opened for the run, if the options are for the same network; else
/// null. Throws Error like check_keeps_input.
std::shared_ptr<const ModelFile> Session::opened_model(const RunOptions& options) const {
  const bool is_same =
      run_ && !options.architecture.empty() && options.architecture == run_->options().architecture;
  std::shared_ptr<const ModelFile> model = is_same ? run_->opened_model() : nullptr;
  if (model) check_keeps_input(options, model->source);
  return model;
}

Result Session::apply(const SaveModel& request) {
  Run& run = usable_run("save");
  std::string name = file_name(run.options(), ".safetensors");
  if (request.backbone_weights.empty()) {
    if (request.last_block_factor != 0)
      fail("[join] last_block_factor is {} without backbone_weights", request.last_block_factor);
    return SavedFile{std::move(name), run.model_file()};
  }
  const ModelFile head = parse_model(run.model_file(), run.options().model);
  const OpenedWeights weights = opened_weights(request.backbone_weights);
  return SavedFile{fmt::format("{}-{}", weights.set.name, name),
                   join_backbone(head, weights, request.last_block_factor, backend())};
}

Result Session::apply(const LoadModel& request) {
  if (begins_as_document(request.file)) {
    RunOptions options = request.options;
    options.model = stem_of(request.source);
    options.architecture.assign(request.file.begin(), request.file.end());
    if (options.data.empty() && run_) options.data = run_->options().data;
    return apply(Configure{options});
  }
  const auto loaded = std::make_shared<const ModelFile>(parse_model(request.file, request.source));
  const ModelFile& file = *loaded;
  RunOptions options = request.options;
  options.model = file.training.model.empty() ? stem_of(request.source) : file.training.model;
  options.architecture = graph_json(file.graph);
  options.image_size = 0;  // that of the network
  check_keeps_input(options, request.source);
  const std::unique_ptr<Loss> loss = trained_loss(file.training, "[model] " + request.source);
  options.loss = loss->kind();
  options.loss_options = loss->options();
  options.resize = trained_resize(file.training, "[model] " + request.source);
  OpenedData data = data_for(request, file, options);
  check_features(file.training, *data.fitted.train, "[model] " + request.source);
  Graph folded = file.graph;
  fold_final_activation(folded, *loss);
  check_fits(folded, *data.fitted.train, request.source);
  install(options, std::move(data), file.graph);
  run_->load(loaded);
  const std::string& trained_on = file.training.data;
  if (options.data.empty()) {
    note_ = fmt::format(
        "The data set {}of this model is not available here: it can predict, but neither train nor "
        "be evaluated.",
        trained_on.empty() ? "" : trained_on + " ");
  } else if (!trained_on.empty() && trained_on != options.data) {
    note_ = "This model was trained on " + trained_on + ".";
  }
  if (const std::string warning =
          class_name_warning(file.training.class_names, run_->data().train->class_names());
      !options.data.empty() && !warning.empty())
    note_ += (note_.empty() ? "" : " ") + warning;
  return configured();
}

Result Session::apply(const SaveCheckpoint&) {
  Run& run = usable_run("save");
  return SavedFile{file_name(run.options(), ".checkpoint"), run.checkpoint()};
}

Result Session::apply(const LoadCheckpoint& request) {
  Run& run = usable_run("resume");
  run.resume(request.file, request.source);
  network_changes_now();  // after it, as a checkpoint that is refused must not end a task
  state_ = run.finished() ? RunState::finished : RunState::paused;
  return Done{};
}

}  // namespace convlab
