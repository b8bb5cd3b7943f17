// How a Session opens the data set of a run.
#include "engine/session.h"

#include <fmt/format.h>
#include <algorithm>
#include <memory>
#include <utility>

#include "core/error.h"
#include "data/cached_dataset.h"
#include "data/catalog.h"
#include "data/feature_dataset.h"
#include "data/memory_dataset.h"
#include "data/resize.h"
#include "data/resized_dataset.h"
#include "engine/run_features.h"
#include "features/trained_features.h"
#include "io/model_file.h"

namespace convlab {

namespace {

/// The network of a loaded model has no data: images or features of its shape, and none of them.
DatasetSplits no_data(const ModelFile& file) {
  std::vector<std::string> names = file.training.class_names;
  const int64_t classes = file.graph.output_shape().elements();
  for (auto i = static_cast<int64_t>(names.size()); i < classes; ++i)
    names.push_back(fmt::format("class {}", i));
  const Shape& shape = file.graph.input_shape();
  std::shared_ptr<const Dataset> empty;
  if (std::string features = trained_features(file.training, "[model]"); features.empty()) {
    empty = std::make_shared<const MemoryDataset>("no data", shape, std::move(names), 0);
  } else {
    empty = std::make_shared<const FeatureDataset>(
        "no data", shape, std::move(names),
        FeatureDataset::Rows{.features = std::move(features),
                             .images = trained_images(file.training, "[model]")},
        std::vector<int32_t>{});
  }
  return {empty, empty};
}

}  // namespace

/// Returns the data set of this name: features that a task computes, or one of the front end. When
/// the task has ended, the front end adds their file; until it has, they are those of the run.
DatasetSplits Session::find_data(const std::string& name) const {
  if (features_.train && features_.train->name() == name) return features_;
  try {
    return environment_.open_data(name);
  } catch (const Error&) {
    if (is_computed_ && stored_.train->name() == name) return stored_;
    throw;
  }
}

/// Opens the data set in the size of the images that the options ask for; if they ask for none and
/// the images can have any, or with `resize`, in that of the network.
Session::OpenedData Session::open_data(const RunOptions& options, const Graph* graph, bool resize) {
  const int64_t size = options.image_size;
  if (size < 0 || size > max_run_image_size)
    fail("[run] option image_size is {} but must lie in 0 to {}", size, max_run_image_size);
  if (options.cache_images < 0 || options.cache_images > max_cache_images) {
    fail("[run] option cache_images is {} but must lie in 0 to {}", options.cache_images,
         max_cache_images);
  }
  const DatasetSplits stored = find_data(options.data);
  DatasetSplits data = stored;
  const Dataset& train = *stored.train;
  check_feature_options(options, train);
  if (!train.has_images()) return {stored, data};
  const Shape own = train.image_shape();
  Shape wanted = own;
  if (size > 0) {
    wanted = {size, size, own[2]};
  } else if (graph != nullptr && (!train.has_common_size() || resize)) {
    wanted = graph->input_shape();
    if (train.has_common_size() && own != wanted) {
      data.notes.push_back(
          fmt::format("images of {} × {} pixels are resized to {} × {}, the input of the network",
                      own[1], own[0], wanted[1], wanted[0]));
    }
  }
  data = with_image_shape(std::move(data), wanted, find_resize_mode(options.resize));
  const bool takes_parts = read_augmentation(options.augmentation).resized_crop > 0;
  if (options.cache_images == 0 || takes_parts) return {stored, data};
  constexpr uint64_t megabyte = 1'000'000;
  data =
      with_cache(std::move(data), std::min(static_cast<uint64_t>(options.cache_images) * megabyte,
                                           backend().memory_left() / 2));
  return {stored, data};
}

Session::OpenedData Session::data_for(const LoadModel& request, const ModelFile& file,
                                      RunOptions& options) {
  if (!request.options.data.empty()) return open_data(options, &file.graph, true);
  const auto without_data = [&]() -> OpenedData {
    options.data.clear();
    options.validation_split = 0;
    options.class_weights.clear();
    const DatasetSplits none = no_data(file);
    return {none, none};
  };
  // A path in a file from elsewhere is not followed.
  if (is_data_path(file.training.data)) return without_data();
  options.data = file.training.data;
  try {
    OpenedData data = open_data(options, &file.graph, true);
    const Dataset& train = *data.fitted.train;
    const bool fits = train.image_shape() == file.graph.input_shape() &&
                      Shape{train.classes()} == file.graph.output_shape();
    return fits ? data : without_data();
  } catch (const Error&) {
    return without_data();
  }
}

}  // namespace convlab
