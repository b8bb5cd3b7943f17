// Learning rates of every schedule at each step, and a learning rate range test.

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "dump_file.h"
#include "optim/schedules/schedule.h"
#include "train/range_test.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

constexpr double base = 0.3;
constexpr RunLength length{12, 360};

struct Variant {
  std::string name;
  std::string_view kind;
  Options options;
  double warmup_epochs = 0;
};

std::vector<Variant> variants() {
  const std::string linear = "linear";
  std::vector<Variant> all{
      {"step-other", "step", {{"gamma", 0.7}, {"epochs", 1.5}}},
      {"exponential-other", "exponential", {{"gamma", 0.5}, {"epochs", 7}}},
      {"cosine-restarts", "cosine", {{"epochs", 2}}},
      {"cosine-equal", "cosine", {{"epochs", 5}, {"t_mul", 1.0}, {"m_mul", 0.8}}},
      {"cosine-other", "cosine", {{"epochs", 1}, {"t_mul", 1.5}, {"m_mul", 0.9}, {"alpha", 0.1}}},
      {"one_cycle-linear", "one_cycle", {{"anneal_strategy", linear}, {"pct_start", 0.25}}},
      {"one_cycle-three", "one_cycle", {{"three_phase", true}, {"div_factor", 10.0}}},
      {"one_cycle-other",
       "one_cycle",
       {{"pct_start", 0.5}, {"final_div_factor", 100.0}, {"epochs", 30}}},
      {"plateau-patient", "plateau", {{"patience", 3}, {"factor", 0.5}, {"cooldown", 2}}},
      {"plateau-least", "plateau", {{"patience", 1}, {"min_delta", 0.1}, {"min_lr", 0.01}}},
  };
  for (const ScheduleKind& kind : schedule_kinds()) {
    all.push_back({std::string(kind.kind), kind.kind, {}});
    all.push_back({std::string(kind.kind) + "-warmup", kind.kind, {}, 2.5});
  }
  return all;
}

/// Returns a loss that falls for eight epochs and then rises slightly, by uneven amounts.
double val_loss(int64_t epoch) {
  const auto e = static_cast<double>(epoch);
  return 2 / (1 + 0.3 * std::min(e, 8.0)) + 0.01 * e + 0.05 * std::sin(1.7 * e);
}

void dump_variant(const std::filesystem::path& folder, const Variant& variant) {
  const std::unique_ptr<Schedule> schedule =
      make_schedule(variant.kind, variant.options, variant.warmup_epochs, length);
  std::vector<double> rates;
  std::vector<double> losses;
  for (int64_t step = 0; step < length.steps; ++step) {
    rates.push_back(schedule->rate(base, step));
    if ((step + 1) % length.steps_per_epoch != 0) continue;
    losses.push_back(val_loss(step / length.steps_per_epoch));
    schedule->epoch_ended(losses.back());
  }
  Dump dump;
  dump.text("kind", std::string(variant.kind));
  dump.options("run", {{"base", base},
                       {"warmup_epochs", variant.warmup_epochs},
                       {"steps_per_epoch", length.steps_per_epoch},
                       {"steps", length.steps}});
  dump.options("option", schedule->options());
  dump.doubles("rates", rates);
  dump.doubles("losses", losses);
  dump.write(folder / fmt::format("schedule-{}.safetensors", variant.name));
}

void dump_range_test(const std::filesystem::path& folder) {
  constexpr int64_t size = 32;
  const Shape image{8, 8, 1};
  const std::unique_ptr<Backend> backend = make_backend("", 2);
  Network network(find_model("mnist-mlp").build(image, 4), *backend, 1);
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("sgd").make({}),
                  1);
  // Images with one bright quadrant, whose index is the class.
  auto next = [&, random = Random(1, 7)](Batch& batch) mutable {
    batch.images.assign(static_cast<size_t>(size * image.elements()), 0);
    batch.labels.resize(size);
    for (size_t i = 0; i < batch.labels.size(); ++i) {
      const uint32_t label = random.below(4);
      batch.labels[i] = static_cast<int32_t>(label);
      for (size_t pixel = 0; pixel < 64; ++pixel) {
        const uint32_t bright = pixel / 16 == label ? 128 : 0;
        batch.images[i * 64 + pixel] = static_cast<uint8_t>(bright + random.below(128));
      }
    }
  };
  const RangeTestOptions options{.first_rate = 1e-4, .last_rate = 100, .steps = 120};
  RangeTester tester(trainer, options);
  Batch batch;
  do next(batch);
  while (!tester.step(batch));
  const RangeTest result = tester.result();
  Dump dump;
  dump.options("run", {{"first_rate", options.first_rate},
                       {"last_rate", options.last_rate},
                       {"steps", options.steps},
                       {"smoothing", options.smoothing},
                       {"stop_factor", options.stop_factor}});
  dump.doubles("rates", result.rates);
  dump.doubles("losses", result.losses);
  dump.doubles("smoothed", result.smoothed);
  dump.doubles("suggestion", {result.suggestion.value()});
  dump.write(folder / "range-test.safetensors");
}

}  // namespace

void dump_schedules(const std::filesystem::path& folder, Dump& manifest) {
  for (const Variant& variant : variants()) dump_variant(folder, variant);
  dump_range_test(folder);
  manifest.text("schedules", names(schedule_kinds(), &ScheduleKind::kind));
}

}  // namespace convlab
