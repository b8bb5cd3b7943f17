#pragma once

#include <pthreadpool.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/shape.h"

namespace convlab {

/// Min number of elements per thread for a simple loop; below it, a second thread costs more than
/// it saves.
inline constexpr int64_t parallel_grain = 32768;

/// The thread pool shared by XNNPACK's operators and our own loops. The calling thread is one of
/// its workers.
class Threads {
 public:
  /// `count` 0: one thread per processor core. A build without thread support uses one thread.
  explicit Threads(int count);

  int count() const { return static_cast<int>(pthreadpool_get_threads_count(pool())); }
  /// Null if there is only one thread.
  pthreadpool_t pool() const { return pool_.get(); }

  /// Calls task(index, worker) for each index in [0, count), where worker is in [0, this->count()).
  /// Calls with the same worker never run at the same time.
  template <class Task>
  void run(size_t count, const Task& task) const {
    if (pool_ == nullptr || count <= 1) {
      for (size_t index = 0; index < count; ++index) task(index, size_t{0});
      return;
    }
    const auto call = [](void* context, size_t worker, size_t index) {
      (*static_cast<const Task*>(context))(index, worker);
    };
    pthreadpool_parallelize_1d_with_thread(pool(), call, const_cast<Task*>(&task), count, 0);
  }

  /// Calls body(begin, end) for non-empty ranges that partition [0, count); uses several threads
  /// only if count exceeds `grain`.
  template <class Body>
  void split(int64_t count, int64_t grain, const Body& body) const {
    const int64_t parts = std::clamp<int64_t>(count / grain, 1, int64_t{4} * this->count());
    const int64_t each = (count + parts - 1) / parts;
    run(static_cast<size_t>(parts), [&](size_t part, size_t) {
      const int64_t begin = static_cast<int64_t>(part) * each;
      if (begin < count) body(begin, std::min(begin + each, count));
    });
  }

  /// Does the same over the samples of a batch of this shape.
  template <class Body>
  void split_batch(const Shape& shape, const Body& body) const {
    split(shape[0], std::max<int64_t>(1, parallel_grain / shape.sample_shape().elements()), body);
  }

 private:
  struct Destroy {
    void operator()(pthreadpool_t pool) const { pthreadpool_destroy(pool); }
  };
  std::unique_ptr<std::remove_pointer_t<pthreadpool_t>, Destroy> pool_;
};

}  // namespace convlab
