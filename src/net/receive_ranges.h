#pragma once

#include "net/download.h"
#include "net/part_file.h"

namespace convlab {

/// Completes `part` with what Download::choose wants of the file on the server. Returns false if it
/// was stopped. Throws Error like HttpSource.
bool receive_ranges(const Download& download, PartFile& part);

}  // namespace convlab
