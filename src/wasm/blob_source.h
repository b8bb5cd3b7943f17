#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/byte_source.h"

namespace convlab {

/// Returns a source that reads a Blob of JavaScript, known to web/blob_table.js by the number
/// `blob`, which is freed with the source. Only the thread that runs the engine may read it;
/// reading elsewhere throws Error, like a file that was changed or removed meanwhile.
std::shared_ptr<const ByteSource> blob_source(std::string name, uint64_t size, int32_t blob);

}  // namespace convlab
