#include "features/growing_features.h"

#include <memory>
#include <vector>

#include "core/utf8.h"
#include "data/feature_dataset.h"

namespace convlab {

namespace {

std::vector<int32_t> labels_of(const Dataset& images) {
  std::vector<int32_t> labels(static_cast<size_t>(images.size()));
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = images.label(static_cast<int64_t>(i));
  return labels;
}

}  // namespace

DatasetSplits growing_features(const std::string& name, const FeatureInfo& info,
                               const FeatureMemory& rows, const DatasetSplits& images) {
  const auto part = [&](const Dataset& of, int64_t first_row) {
    return std::make_shared<const FeatureDataset>(
        name, info.shape, info.class_names,
        FeatureDataset::Rows{.source = rows.source(),
                             .offset = rows.offset_of(first_row),
                             .features = info.features(),
                             .images = escaped_utf8(info.data),
                             .key = feature_info_text(info),
                             .available = rows.counter(first_row)},
        labels_of(of));
  };
  return {.train = part(*images.train, 0), .test = part(*images.test, info.train_rows())};
}

}  // namespace convlab
