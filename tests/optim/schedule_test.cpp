#include "optim/schedules/schedule.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

/// Ten epochs of ten steps.
constexpr RunLength length{10, 100};

std::unique_ptr<Schedule> make(std::string_view kind, const Options& options = {},
                               double warmup_epochs = 0) {
  return make_schedule(kind, options, warmup_epochs, length);
}

/// A learning rate computed by hand, for a base rate of 1.
struct Row {
  std::string_view kind;
  Options options;
  int64_t step;
  double rate;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"constant", {}, 0, 1},
      {"constant", {}, 99, 1},
      {"step", {{"epochs", 2}}, 19, 1},
      {"step", {{"epochs", 2}}, 20, 0.1},
      {"step", {{"epochs", 2}, {"gamma", 0.5}}, 60, 0.125},
      {"step", {{"epochs", 0.5}}, 5, 0.1},
      {"step", {}, 33, 1},  // default: three equal parts of the run
      {"step", {}, 34, 0.1},
      {"step", {}, 99, 0.01},
      {"exponential", {}, 0, 1},
      {"exponential", {}, 10, 0.9},
      {"exponential", {{"gamma", 0.25}}, 5, 0.5},
      {"cosine", {}, 0, 1},
      {"cosine", {}, 50, 0.5},
      {"cosine", {}, 25, 0.5 + 0.5 * std::sqrt(0.5)},
      {"cosine", {{"alpha", 0.2}}, 50, 0.6},
      // Periods of 10, 20 and 40 steps.
      {"cosine", {{"epochs", 1}}, 5, 0.5},
      {"cosine", {{"epochs", 1}}, 10, 1},
      {"cosine", {{"epochs", 1}}, 20, 0.5},
      {"cosine", {{"epochs", 1}, {"m_mul", 0.5}}, 50, 0.125},
      {"cosine", {{"epochs", 1}, {"t_mul", 1.0}, {"m_mul", 0.5}}, 25, 0.125},
      // Rises in steps 0 to 29, falls in steps 29 to 99.
      {"one_cycle", {}, 0, 1.0 / 25},
      {"one_cycle", {}, 29, 1},
      {"one_cycle", {}, 64, 0.5 + 0.5 / 25e4},
      {"one_cycle", {}, 99, 1.0 / 25e4},
      {"one_cycle", {}, 100, 1.0 / 25},  // a new cycle
      {"one_cycle",
       {{"div_factor", 5.0}, {"anneal_strategy", std::string("linear")}},
       14,
       0.2 + 0.8 * 14 / 29},
      // Rises until step 29, falls until step 58 and further until step 99.
      {"one_cycle", {{"three_phase", true}}, 58, 1.0 / 25},
      {"one_cycle", {{"three_phase", true}}, 99, 1.0 / 25e4},
      {"plateau", {}, 99, 1},
  };
  return table;
}

TEST_CASE("schedules: every kind is checked") {
  std::set<std::string_view> checked;
  for (const Row& row : rows()) checked.insert(row.kind);
  std::set<std::string_view> registered;
  for (const ScheduleKind& kind : schedule_kinds()) registered.insert(kind.kind);
  CHECK(checked == registered);
}

TEST_CASE("schedules: the rates computed by hand, proportional to the base rate") {
  for (const Row& row : rows()) {
    INFO(row.kind << ", step " << row.step);
    const auto schedule = make(row.kind, row.options);
    CHECK(schedule->rate(1, row.step) == Approx(row.rate).epsilon(1e-9));
    CHECK(schedule->rate(0.5, row.step) == Approx(0.5 * row.rate).epsilon(1e-9));
  }
}

TEST_CASE("schedules: a warm-up rises from zero, then the schedule covers the rest of the run") {
  for (const ScheduleKind& kind : schedule_kinds()) {
    INFO(kind.kind);
    const auto schedule = make(kind.kind, {}, 2);
    const auto rest = kind.make({}, {10, 80});
    const double first = rest->rate(1, 0);
    CHECK(schedule->rate(1, 0) == 0);
    CHECK(schedule->rate(1, 5) == Approx(0.25 * first));
    for (const int64_t step : {20, 21, 50, 99})
      CHECK(schedule->rate(1, step) == rest->rate(1, step - 20));
  }
}

TEST_CASE("schedules: every rate is between zero and the base rate, in runs of any length") {
  for (const ScheduleKind& kind : schedule_kinds()) {
    for (const int64_t steps : {1, 2, 3, 10, 101}) {
      for (const double warmup : {0.0, 0.5, 3.0}) {
        INFO(kind.kind << " over " << steps << " steps");
        const auto schedule = make_schedule(kind.kind, {}, warmup, {3, steps});
        for (int64_t step = 0; step < 2 * steps; ++step) {
          const double rate = schedule->rate(0.5, step);
          REQUIRE((rate >= 0 && rate <= 0.5));
        }
      }
    }
  }
}

TEST_CASE("schedules: each can be created again from its options and state") {
  for (const ScheduleKind& kind : schedule_kinds()) {
    INFO(kind.kind);
    const auto schedule = make(kind.kind, {}, 1);
    CHECK(schedule->kind() == kind.kind);
    for (int epoch = 0; epoch < 25; ++epoch) schedule->epoch_ended(1 + epoch % 2);
    const auto again = make(kind.kind, schedule->options(), 1);
    CHECK(again->options() == schedule->options());
    again->restore(schedule->state());
    CHECK(again->state() == schedule->state());
    for (int epoch = 0; epoch < 25; ++epoch) {
      CHECK(again->rate(1, 50) == schedule->rate(1, 50));
      for (auto* each : {&again, &schedule}) (*each)->epoch_ended(2);
    }
  }
}

TEST_CASE("plateau: reduces the rate after `patience` epochs without improvement") {
  const auto schedule = make("plateau", {{"patience", 2}});
  const std::vector<std::pair<double, double>> losses_and_rates{
      {1, 1},     {0.5, 1},   {0.49995, 1},  // less than min_delta: no improvement
      {0.5, 0.1},                            // the second
      {0.6, 0.1}, {0.4, 0.1},                // an improvement resets the count
      {0.4, 0.1}, {0.4, 0.01}};
  for (const auto& [loss, rate] : losses_and_rates) {
    schedule->epoch_ended(loss);
    CHECK(schedule->rate(1, 0) == Approx(rate));
  }
}

TEST_CASE("plateau: epochs of a cooldown do not count, and no rate falls below min_lr") {
  const auto schedule = make("plateau", {{"patience", 1}, {"cooldown", 2}, {"min_lr", 0.03}});
  std::vector<double> rates;
  for (int epoch = 0; epoch < 8; ++epoch) {
    schedule->epoch_ended(1);
    rates.push_back(schedule->rate(1, 0));
  }
  // The first epoch is the best; the second reduces the rate. A cooldown of 2 skips only the third
  // epoch, so the fourth reduces it again.
  const std::vector<double> expected{1, 0.1, 0.1, 0.03, 0.03, 0.03, 0.03, 0.03};
  for (size_t i = 0; i < rates.size(); ++i) CHECK(rates[i] == Approx(expected[i]));
  CHECK(schedule->rate(0.01, 0) == 0.01);  // min_lr does not raise a lower rate
}

TEST_CASE("schedules: invalid kinds and options are refused") {
  const auto refused = [](std::string_view kind, const Options& options,
                          const std::string& message) {
    CHECK_THROWS_WITH(make(kind, options), ContainsSubstring(message));
  };
  refused("linear", {}, "constant, step, exponential, cosine, one_cycle, plateau");
  refused("constant", {{"gamma", 0.5}}, "has no option gamma");
  refused("step", {{"gamma", 0.0}}, "gamma");
  refused("cosine", {{"t_mul", 0.5}}, "t_mul");
  refused("one_cycle", {{"anneal_strategy", std::string("step")}}, "cos, linear");
  refused("plateau", {{"factor", 1.0}}, "factor");
  CHECK_THROWS_WITH(make("cosine", {}, -1), ContainsSubstring("warm-up"));
  CHECK_THROWS_WITH(make("cosine", {}, std::nan("")), ContainsSubstring("warm-up"));
}

TEST_CASE("schedules: an invalid state is refused and changes nothing") {
  CHECK_THROWS_WITH(make("cosine")->restore({{"wait", 1}}),
                    ContainsSubstring("keeps no state, but got 'wait'"));
  CHECK_THROWS_WITH(make("cosine")->restore({{"\x1b", 1}}), ContainsSubstring(R"("\u001b")"));
  const auto plateau = make("plateau");
  plateau->epoch_ended(3);
  const NamedNumbers before = plateau->state();
  const NamedNumbers bad[] = {{},
                              {{"reductions", 1}, {"wait", 1}},
                              {{"reductions", 1}, {"wait", 1}, {"cooldown", -1}},
                              {{"reductions", 1}, {"wait", 0.5}, {"cooldown", 0}},
                              {{"reductions", std::nan("")}, {"wait", 1}, {"cooldown", 0}},
                              {{"reductions", 1}, {"wait", 1}, {"cooldown", 0}, {"warmth", 1}}};
  for (const NamedNumbers& state : bad) CHECK_THROWS_AS(plateau->restore(state), Error);
  CHECK(plateau->state() == before);
}

}  // namespace
}  // namespace convlab
