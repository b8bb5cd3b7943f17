#pragma once

#include <string>

#include "data/dataset.h"
#include "features/feature_rows.h"

namespace convlab {

/// Returns features as a data set called `name` while `rows` are computed of `images` (`info`
/// describes them): those whose rows are written have arrived. It stays usable after `rows` has
/// ended.
DatasetSplits growing_features(const std::string& name, const FeatureInfo& info,
                               const FeatureMemory& rows, const DatasetSplits& images);

}  // namespace convlab
