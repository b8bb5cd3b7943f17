#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/dataset.h"

namespace convlab {

/// Returns the images `indices` of a data set, in this order, as a data set. Throws Error for an
/// index that has not arrived.
std::shared_ptr<const Dataset> select(std::shared_ptr<const Dataset> dataset,
                                      std::vector<int64_t> indices);

/// Returns the first `count` images of each class, in their order.
std::shared_ptr<const Dataset> first_of_each_class(std::shared_ptr<const Dataset> dataset,
                                                   int64_t count);

/// The same of both parts.
DatasetSplits first_of_each_class(DatasetSplits splits, int64_t count);

/// Returns all images in another order, in which the classes take turns
/// (Dataset::classes_take_turns); those of a class keep theirs.
std::shared_ptr<const Dataset> in_turns(std::shared_ptr<const Dataset> dataset);

/// Sets a fraction of the images aside for testing, as stratified_split does for validation.
DatasetSplits split_off_test(const std::shared_ptr<const Dataset>& dataset, double fraction,
                             uint64_t seed);

}  // namespace convlab
