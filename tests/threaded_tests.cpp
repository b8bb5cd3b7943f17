// Writes the names of the tests that use threads to the file $CONVLAB_THREADED_TESTS: the thread
// sanitizer finds nothing in others. Tests that start threads are known by a function in the place
// of pthread_create.
#include "threaded_tests.h"

#include <atomic>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <cstdlib>
#include <fstream>

namespace {

// Set by the function in the place of pthread_create, so it has to be global.
std::atomic<bool> has_used_threads{false};

class ThreadedTests final : public Catch::EventListenerBase {
 public:
  using Catch::EventListenerBase::EventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo&) override { has_used_threads = false; }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    const char* file = std::getenv("CONVLAB_THREADED_TESTS");
    if (file == nullptr || !has_used_threads) return;
    // Two shards may write at once: a short line that is appended stays whole.
    std::ofstream(file, std::ios::app) << stats.testInfo->name + "\n";
  }
};

CATCH_REGISTER_LISTENER(ThreadedTests)

}  // namespace

namespace convlab {

void uses_threads() { has_used_threads = true; }

}  // namespace convlab

// Sanitizers have their own.
#if defined(CONVLAB_REPLACES_PTHREAD_CREATE) && defined(__GLIBC__)
#include <dlfcn.h>
#include <pthread.h>

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*run)(void*), void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  convlab::uses_threads();
  return create(thread, attributes, run, argument);
}
#endif
