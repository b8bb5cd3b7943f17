#include "backend/xnnpack/threads.h"

#include <thread>

namespace convlab {

Threads::Threads(int count) {
  const int wanted =
      count > 0 ? count : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (wanted > 1) pool_.reset(pthreadpool_create(static_cast<size_t>(wanted)));
}

}  // namespace convlab
