#include "backend/conformance.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "backend/host/host_backend.h"
#include "threaded_tests.h"

namespace convlab {

namespace {

/// Backends of one kind with different numbers of threads.
using Backends = std::vector<std::unique_ptr<Backend>>;

Backends make_all(const BackendKind& kind) {
  Backends backends;
  for (const int threads : {1, 2, 3}) {
    auto backend = kind.make(threads);
    const bool known = std::any_of(backends.begin(), backends.end(), [&](const auto& other) {
      return other->threads() == backend->threads();
    });
    if (!known) backends.push_back(std::move(backend));
  }
  return backends;
}

/// Created once: starting threads for each of thousands of checks would take longer than the
/// checks, and a browser engine limits the total number of threads started.
const std::vector<Backends>& backends_under_test() {
  static const std::vector<Backends> all = [] {
    std::vector<Backends> made;
    for (const auto& kind : available_backends()) {
      if (kind.name != "host") made.push_back(make_all(kind));
    }
    return made;
  }();
  uses_threads();
  return all;
}

/// Returns ‖values - reference‖ / ‖reference‖; 0 if both are equal, NaN if either contains NaN.
double distance(const std::vector<float>& values, const Output& reference) {
  double difference = 0;
  double norm = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    difference += std::pow(double{values[i]} - reference.values[i], 2);
    norm += std::pow(double{reference.values[i]}, 2);
  }
  norm = std::max(norm, std::pow(reference.magnitude, 2) * static_cast<double>(values.size()));
  return difference == 0 ? 0 : std::sqrt(difference / norm);
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::vector<Output> run_on(Backend& backend, const Run& run) {
  Device device(backend);
  return run(device);
}

void check_close(const std::vector<Output>& results, const std::vector<Output>& references) {
  REQUIRE(results.size() == references.size());
  for (size_t i = 0; i < references.size(); ++i) {
    INFO("output " << i << " of " << references.size());
    REQUIRE(results[i].values.size() == references[i].values.size());
    CHECK(distance(results[i].values, references[i]) <= references[i].tolerance);
  }
}

}  // namespace

double sum_tolerance(int64_t terms) { return 3e-7 + 1e-7 * std::sqrt(static_cast<double>(terms)); }

Output sums_of_products(std::vector<float> values, int64_t terms) {
  // The product of two numbers uniform in [-1, 1) has a standard deviation of 1/3.
  return {std::move(values), sum_tolerance(terms), std::sqrt(static_cast<double>(terms)) / 3};
}

void check_against_host(const Run& run) {
  HostBackend host;
  const auto references = run_on(host, run);
  for (const auto& backends : backends_under_test()) {
    std::optional<std::vector<Output>> first;
    for (const auto& backend : backends) {
      INFO(backend->name() << " with " << backend->threads() << " threads");
      const auto results = run_on(*backend, run);
      check_close(results, references);
      if (!first) first = results;
      for (size_t i = 0; i < results.size(); ++i) {
        INFO("output " << i << " against one thread");
        CHECK(same_bits(results[i].values, first->at(i).values));
      }
    }
  }
}

}  // namespace convlab
