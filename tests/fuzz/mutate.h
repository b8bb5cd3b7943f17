#pragma once

#include <vector>

#include "core/random.h"
#include "data/bytes.h"

namespace convlab {

/// One of the seeds with one to four things changed: bits, bytes, numbers of both byte orders or in
/// text, pieces cut out, repeated or taken from another seed.
Bytes mutated(const std::vector<Bytes>& seeds, Random& random);

}  // namespace convlab
