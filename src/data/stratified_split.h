#pragma once

#include <cstdint>

#include "data/subset.h"

namespace convlab {

/// The two parts of a data set, each in the order of the data set.
struct TrainValidation {
  Subset train;
  Subset validation;
};

/// Returns how many of `size` images a split sets aside for validation: `fraction` of them,
/// rounded to the nearest number.
int64_t validation_count(int64_t size, double fraction);

/// Sets validation_count images aside for validation and leaves the rest for training, both with
/// the classes in the same proportions as the data set (stratified): each class gives its exact
/// share, rounded down, and the classes with the largest remainders one image more (of equal ones
/// the first class), except those that would keep none to train on: the next ones give instead.
/// Only where there are more images to set aside than that leaves, classes give their only image,
/// too, so that the sizes of both parts depend on size and fraction alone. Which images of a class
/// are taken is random, a function of the labels, the seed and the fraction alone, on every
/// platform. Like scikit-learn's train_test_split(stratify=y); Keras' validation_split takes the
/// last images instead. Both parts are pending while the data set is not complete. Throws Error if
/// one of the parts is empty.
TrainValidation stratified_split(const Dataset& dataset, double fraction, uint64_t seed);

}  // namespace convlab
