#include <algorithm>
#include <array>

#include "core/counted.h"
#include "core/error.h"
#include "core/find_named.h"
#include "optim/schedules/constant.h"
#include "optim/schedules/cosine.h"
#include "optim/schedules/exponential_decay.h"
#include "optim/schedules/one_cycle.h"
#include "optim/schedules/reduce_on_plateau.h"
#include "optim/schedules/step_decay.h"
#include "optim/schedules/warmup.h"

namespace convlab {

namespace {

template <class Kind, class KindOptions>
std::unique_ptr<Schedule> make(std::string_view kind, const Options& options,
                               const RunLength& length) {
  return std::make_unique<Kind>(read_options<KindOptions>(kind, options), length);
}

constexpr std::array kinds{
    ScheduleKind{"constant", "Constant", list_options<ConstantOptions>,
                 [](const Options& o, const RunLength& l) {
                   return make<Constant, ConstantOptions>("constant", o, l);
                 }},
    ScheduleKind{"step", "Step decay", list_options<StepDecayOptions>,
                 [](const Options& o, const RunLength& l) {
                   return make<StepDecay, StepDecayOptions>("step", o, l);
                 }},
    ScheduleKind{"exponential", "Exponential decay", list_options<ExponentialDecayOptions>,
                 [](const Options& o, const RunLength& l) {
                   return make<ExponentialDecay, ExponentialDecayOptions>("exponential", o, l);
                 }},
    ScheduleKind{"cosine", "Cosine, with warm restarts", list_options<CosineOptions>,
                 [](const Options& o, const RunLength& l) {
                   return make<Cosine, CosineOptions>("cosine", o, l);
                 }},
    ScheduleKind{"one_cycle", "One cycle", list_options<OneCycleOptions>,
                 [](const Options& o, const RunLength& l) {
                   return make<OneCycle, OneCycleOptions>("one_cycle", o, l);
                 }},
    ScheduleKind{"plateau", "Reduce on plateau", list_options<ReduceOnPlateauOptions>,
                 [](const Options& o, const RunLength& l) {
                   return make<ReduceOnPlateau, ReduceOnPlateauOptions>("plateau", o, l);
                 }},
};

}  // namespace

std::span<const ScheduleKind> schedule_kinds() { return kinds; }

const ScheduleKind& find_schedule(std::string_view kind) {
  return find_named("schedule", kind, kinds, &ScheduleKind::kind);
}

std::unique_ptr<Schedule> make_schedule(std::string_view kind, const Options& options,
                                        double warmup_epochs, const RunLength& length) {
  constexpr double max_epochs = 100000;
  if (!(warmup_epochs >= 0 && warmup_epochs <= max_epochs)) {
    fail("[schedule] a warm-up of {}; expected 0 to {}", counted(warmup_epochs, "epoch"),
         max_epochs);
  }
  const ScheduleKind& found = find_schedule(kind);
  if (warmup_epochs == 0) return found.make(options, length);
  const int64_t steps = steps_of(warmup_epochs, length, 1);
  const RunLength rest{length.steps_per_epoch, std::max<int64_t>(length.steps - steps, 1)};
  return std::make_unique<Warmup>(steps, found.make(options, rest));
}

}  // namespace convlab
