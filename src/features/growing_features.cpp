#include "features/growing_features.h"

#include <memory>
#include <vector>

#include "core/utf8.h"
#include "data/feature_dataset.h"

namespace convlab {

DatasetSplits growing_features(const std::string& name, const FeatureInfo& info,
                               const FeatureMemory& rows, const DatasetSplits& images) {
  const auto part = [&](int64_t first_row, const std::vector<int32_t>& labels) {
    return std::make_shared<const FeatureDataset>(
        name, info.shape, info.class_names,
        FeatureDataset::Rows{.source = rows.source(),
                             .offset = rows.offset_of(first_row),
                             .features = info.features(),
                             .images = escaped_utf8(info.data),
                             .key = feature_info_text(info),
                             .available = rows.counter(first_row)},
        labels);
  };
  return {.train = part(0, row_labels(*images.train, info.copies)),
          .test = part(info.train_rows(), row_labels(*images.test))};
}

}  // namespace convlab
