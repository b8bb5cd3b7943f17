// Writes the names of the tests that start threads to the file $CONVLAB_THREADED_TESTS, for
// Catch2's --input-file: the thread sanitizer finds nothing in others.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <cstdlib>
#include <fstream>

namespace {

// Read by the function that replaces pthread_create.
std::atomic<bool> has_started_threads{false};

class ThreadedTests final : public Catch::EventListenerBase {
 public:
  using Catch::EventListenerBase::EventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo&) override { has_started_threads = false; }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    const char* file = std::getenv("CONVLAB_THREADED_TESTS");
    if (file == nullptr || !has_started_threads) return;
    // Two shards may write at once: a short line that is appended stays whole.
    std::ofstream(file, std::ios::app) << stats.testInfo->name + "\n";
  }
};

CATCH_REGISTER_LISTENER(ThreadedTests)

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*run)(void*), void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  has_started_threads = true;
  return create(thread, attributes, run, argument);
}
