#pragma once

#include "engine/protocol.h"

namespace convlab {

struct Range {
  double min = 0;
  double max = 1;

  double size() const { return max - min; }
};

/// Returns the range of y that a chart shows by itself: all validation points and all training
/// points, except that a few outliers at the beginning do not compress the rest. A loss starts at
/// 0, an accuracy (`percent`) ends at 1.
Range choose_y_range(const Curve& train, const Curve& validation, bool percent);

/// Returns the range within which a chart can be zoomed and moved: from 0 to the largest value.
Range widest_y_range(const Curve& train, const Curve& validation, bool percent);

/// Returns the range of epochs: from 0 to `epochs`, or further if there are points.
Range choose_x_range(const Curve& train, const Curve& validation, double epochs);

}  // namespace convlab
