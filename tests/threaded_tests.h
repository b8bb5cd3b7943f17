#pragma once

namespace convlab {

/// Says that the current test uses threads, which may have been started by an earlier one. Tests
/// that start threads need not call it.
void uses_threads();

}  // namespace convlab
