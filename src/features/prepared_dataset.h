#pragma once

#include <memory>

#include "data/dataset.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// Returns the same images, prepared as a pretrained network reads them (prepare_image). `set` must
/// outlive the result. Throws Error for a data set that has features.
std::shared_ptr<const Dataset> with_preprocessing(std::shared_ptr<const Dataset> dataset,
                                                  const WeightSet& set);

}  // namespace convlab
