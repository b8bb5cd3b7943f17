#include "backend/xnnpack/threads.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <vector>

using namespace convlab;

TEST_CASE("threads: commands in quick succession run each task once, one at a time per worker",
          "[threads]") {
  for (const int count : {2, 3, 8}) {  // also more than there are processors
    const Threads threads(count);
    std::vector<std::atomic<int>> runs(97);
    std::vector<std::atomic<int>> busy(static_cast<size_t>(threads.count()));
    std::atomic<bool> right = true;
    for (size_t command = 0; command < 3000; ++command) {
      const size_t tasks = 1 + command % runs.size();
      threads.run(tasks, [&](size_t task, size_t worker) {
        if (busy[worker].fetch_add(1) != 0) right = false;
        runs[task].fetch_add(1);
        busy[worker].fetch_sub(1);
      });
      // Whoever comes late must not take part in the next command.
      for (size_t task = 0; task < runs.size(); ++task)
        if (runs[task].exchange(0) != (task < tasks ? 1 : 0)) right = false;
    }
    CHECK(right.load());
  }
}

TEST_CASE("threads: a pool may end at once, or without any work", "[threads]") {
  for (int i = 0; i < 50; ++i) {
    const Threads threads(4);
    CHECK(threads.count() >= 1);
  }
}
