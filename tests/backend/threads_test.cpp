#include "backend/xnnpack/threads.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

using namespace convlab;

namespace {

using Clock = std::chrono::steady_clock;

void spin(std::chrono::nanoseconds duration) {
  const auto end = Clock::now() + duration;
  while (Clock::now() < end) {
  }
}

/// Gives a pool many commands of a few short tasks, and returns whether each task ran once.
bool runs_each_task_once(int thread_count, size_t commands) {
  const Threads threads(thread_count);
  std::vector<int> runs(5);  // no atomics: what a thread has written must be visible afterwards
  bool right = true;
  for (size_t command = 0; command < commands; ++command) {
    const size_t tasks = 2 + command % 3;
    threads.run(tasks, [&](size_t task, size_t) {
      if (task >= tasks) std::abort();  // the pool has lost count, and would go on for ever
      spin(std::chrono::nanoseconds(500 + 700 * ((command + task) % 4)));
      ++runs[task];
    });
    for (size_t task = 0; task < runs.size(); ++task) {
      right = right && runs[task] == (task < tasks ? 1 : 0);
      runs[task] = 0;
    }
    if (command % 4000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  return right;
}

}  // namespace

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

TEST_CASE("threads: who comes late runs no command twice, with other threads on the processors",
          "[threads]") {
  std::atomic<int> right = 0;
  std::vector<std::thread> users;
  for (const int count : {2, 2, 3})
    users.emplace_back([&right, count] { right += runs_each_task_once(count, 20'000) ? 1 : 0; });
  for (std::thread& user : users) user.join();
  CHECK(right.load() == 3);
}

TEST_CASE("threads: a pool may end at once, or without any work", "[threads]") {
  for (int i = 0; i < 50; ++i) {
    const Threads threads(4);
    CHECK(threads.count() >= 1);
    // Longer than threads spin, so that they are woken to end.
    if (i % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
}
