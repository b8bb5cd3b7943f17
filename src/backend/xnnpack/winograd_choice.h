#pragma once

#include <string>

#include "core/shape.h"

namespace convlab {

/// Whether WinogradConv2d is faster than a direct convolution of images with `inputs` channels to
/// y. Taken from measurements on each kind of processor (scripts/winograd), without the transform
/// of the kernel, and not measured at run time, so that the same program gives the same bits each
/// time. Does not depend on the batch size.
bool winograd_is_faster(int64_t inputs, const Shape& y);

/// A hash of the measurements, eight hexadecimal digits.
std::string winograd_table_hash();

}  // namespace convlab
