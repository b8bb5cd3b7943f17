#include "engine/tasks/features_task.h"

#include <fmt/format.h>
#include <algorithm>
#include <utility>
#include <vector>

#include "core/counted.h"
#include "core/error.h"
#include "core/format.h"
#include "data/own_data.h"
#include "data/selected_dataset.h"
#include "features/growing_features.h"
#include "features/prepared_dataset.h"
#include "train/check_memory.h"

namespace convlab {

namespace {

/// Images in a slice: more are hardly faster, and let other requests wait.
constexpr int64_t batch = 2;

Graph checked_graph(const ExtractFeatures& request, const WeightSet& set,
                    const DatasetSplits& images, const Backend& backend) {
  if (request.images_per_class < 0) {
    fail("[features] images_per_class is {}; expected at least 1, or 0 for all",
         request.images_per_class);
  }
  check_has_images(*images.train, "[features]");
  if (images.train->size() == 0)
    fail("[features] {} has no images; expected a data set that is here", images.train->name());
  Graph graph = feature_graph(set, request.pool);
  check_memory(graph, backend, {.model = set.name, .batch = batch, .eval_images = batch});
  return graph;
}

/// The file is in memory up to three times: where a network is trained on it, in the reply, and
/// when that is encoded.
void check_file_memory(const FeatureInfo& info, const Backend& backend) {
  const uint64_t bytes = 3 * static_cast<uint64_t>(info.rows()) * info.row_bytes();
  const uint64_t left = backend.memory_left();
  if (bytes <= left) return;
  fail(
      "[features] the features {} of {} need {}, but {} are left; expected fewer images of each "
      "class, or the pooling avg or max",
      info.shape, counted(info.rows(), "image"), bytes_text(bytes), bytes_text(left));
}

/// Whether all images are here, or as many of each class as are needed.
bool has_enough(const Dataset& images, int64_t per_class) {
  if (images.complete()) return true;
  if (per_class == 0) return false;
  std::vector<int64_t> counts(static_cast<size_t>(images.classes()));
  for (int64_t i = 0; i < images.available(); ++i) ++counts[static_cast<size_t>(images.label(i))];
  return std::ranges::all_of(counts, [per_class](int64_t count) { return count >= per_class; });
}

}  // namespace

FeaturesTask::Work::Work(FeatureExtractor& extractor, DatasetSplits images, FeatureInfo described,
                         std::shared_ptr<WorkerPool> workers)
    : info(std::move(described)),
      rows(info),
      extraction(extractor, std::move(images), info,
                 {.batch = batch, .augmentation = {}, .workers = std::move(workers)}, rows) {}

FeaturesTask::FeaturesTask(const ExtractFeatures& request, OpenedWeights weights,
                           DatasetSplits images, Backend& backend,
                           std::shared_ptr<WorkerPool> workers, std::function<double()> now,
                           std::function<void(const DatasetSplits&)> began)
    : weights_(std::move(weights)),
      pool_(request.pool),
      data_name_(request.data_name.empty()
                     ? fmt::format("{}-{}", images.train->name(), weights_.set.name)
                     : request.data_name),
      images_per_class_(request.images_per_class),
      images_(std::move(images)),
      workers_(std::move(workers)),
      now_(std::move(now)),
      began_(std::move(began)),
      network_(checked_graph(request, weights_.set, images_, backend), backend, 0,
               NetworkUse::inference),
      extractor_((load_pretrained(network_, weights_.set, *weights_.source), network_), batch) {
  check_own_name(data_name_);
}

bool FeaturesTask::have_arrived() const {
  return has_enough(*images_.train, images_per_class_) &&
         has_enough(*images_.test, images_per_class_);
}

std::unique_ptr<FeaturesTask::Work> FeaturesTask::begin() {
  DatasetSplits chosen =
      images_per_class_ > 0 ? first_of_each_class(images_, images_per_class_) : images_;
  // So that the first features are of all classes.
  chosen = {.train = in_turns(std::move(chosen.train)), .test = in_turns(std::move(chosen.test))};
  DatasetSplits prepared{.train = with_preprocessing(chosen.train, weights_.set),
                         .test = with_preprocessing(chosen.test, weights_.set)};
  FeatureInfo info =
      describe_features(weights_, pool_, network_.backend(), chosen, network_.graph());
  check_file_memory(info, network_.backend());
  auto work = std::make_unique<Work>(extractor_, std::move(prepared), std::move(info), workers_);
  began_(growing_features(data_name_, work->info, work->rows, chosen));
  return work;
}

bool FeaturesTask::advance() {
  if (is_waiting()) return false;
  const double start = now_();
  if (!work_) work_ = begin();
  const bool is_done = work_->extraction.advance();
  seconds_ += now_() - start;
  return is_done;
}

double FeaturesTask::progress() const {
  if (!work_) return 0;
  return static_cast<double>(work_->rows.rows()) / static_cast<double>(work_->info.rows());
}

Result FeaturesTask::result() {
  const FeatureInfo& info = work_->info;
  return ComputedFeatures{
      .file_name = data_name_ + ".safetensors",
      .bytes = work_->rows.take(),
      .backbone = info.backbone,
      .pool = info.pool,
      .train = info.train,
      .test = info.validation,
      .seconds = seconds_,
  };
}

}  // namespace convlab
