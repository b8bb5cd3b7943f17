#pragma once

#include <vector>

#include "core/random.h"
#include "data/bytes.h"

namespace convlab {

/// Returns one of the seeds with one to four mutations: changed bits or bytes, changed numbers
/// (big-endian, little-endian or decimal text), and byte ranges removed, repeated or taken from
/// another seed.
Bytes mutated(const std::vector<Bytes>& seeds, Random& random);

}  // namespace convlab
