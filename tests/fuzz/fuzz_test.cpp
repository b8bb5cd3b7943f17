// Feeds damaged inputs to all parsers of untrusted data. The inputs are the same in every run.
// For a longer test use the preset fuzz: the same functions under libFuzzer (libfuzzer.cpp).
#include <catch2/catch_test_macros.hpp>

#include "allocations.h"
#include "core/error.h"
#include "fuzz/mutate.h"
#include "fuzz/small_run.h"
#include "fuzz/targets.h"

namespace convlab {
namespace {

constexpr int inputs_per_target = 1500;
constexpr uint64_t allocated_anyway = 256 << 10U;  // for messages and tables

TEST_CASE("fuzz: valid input is read") {
  for (const FuzzTarget& target : fuzz_targets()) {
    for (const Bytes& seed : target.seeds()) {
      INFO(target.name);
      CHECK_NOTHROW(target.read(seed));
    }
  }
}

TEST_CASE("fuzz: damaged input gives an Error and allocates no more than its size allows",
          "[no-sanitizer]") {  // scripts/fuzz does it under one
  for (const FuzzTarget& target : fuzz_targets()) {
    const std::vector<Bytes> seeds = target.seeds();
    for (int i = 0; i < inputs_per_target; ++i) {
      Random random(7, static_cast<uint64_t>(i));
      const Bytes input = mutated(seeds, random);
      INFO(target.name << ", input " << i);
      const uint64_t before = allocated_bytes();
      feed(target, input);
      const uint64_t allocated = allocated_bytes() - before;
      if (allocated > allocated_anyway + input.size() * target.allocated_per_byte)
        FAIL_CHECK(allocated << " bytes allocated for an input of " << input.size());
    }
  }
}

TEST_CASE("fuzz: a run that refuses a damaged checkpoint is unchanged, bit for bit") {
  const auto backend = make_backend("host", 1);
  const std::vector<Bytes> seeds{small_checkpoint(2), small_checkpoint(7), small_checkpoint(11)};
  auto run = small_run(*backend);
  run->begin();
  run->advance();
  const Bytes before = run->checkpoint();
  int refused = 0;
  constexpr int inputs = 600;
  for (int i = 0; i < inputs; ++i) {
    Random random(8, static_cast<uint64_t>(i));
    INFO("input " << i);
    try {
      run->resume(mutated(seeds, random), "fuzz");
    } catch (const Error&) {
      ++refused;
      if (run->checkpoint() != before) FAIL("the run has changed");
      continue;
    }
    try {  // an accepted checkpoint can be trained further, or causes an Error
      run->begin();
      for (int step = 0; step < 20; ++step) run->advance();
      run->checkpoint();
    } catch (const Error& error) {
      CHECK_FALSE(std::string_view(error.what()).empty());
    }
    run->resume(before, "before");
  }
  CHECK(refused > inputs / 4);
  CHECK(refused < inputs);
}

}  // namespace
}  // namespace convlab
