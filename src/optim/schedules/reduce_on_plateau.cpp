#include "optim/schedules/reduce_on_plateau.h"

#include <algorithm>
#include <cmath>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

template <class Visitor>
void ReduceOnPlateauOptions::visit(Visitor& visitor) {
  visitor.number("factor", factor, 1e-6, 0.999999, "factor of the learning rate at each reduction");
  visitor.integer("patience", patience, 0, 100000,
                  "epochs without improvement before the rate is reduced");
  visitor.number("min_delta", min_delta, 0, 1e9,
                 "min decrease of the validation loss that counts as an improvement");
  visitor.integer("cooldown", cooldown, 0, 100000,
                  "epochs after a reduction that do not count for patience");
  visitor.number("min_lr", min_lr, 0, 1e9, "lower bound of the learning rate");
}
template void ReduceOnPlateauOptions::visit(OptionReader&);
template void ReduceOnPlateauOptions::visit(OptionLister&);

ReduceOnPlateau::ReduceOnPlateau(const ReduceOnPlateauOptions& options, const RunLength&)
    : options_(checked_options("plateau", options)) {}

Options ReduceOnPlateau::options() const { return write_options(options_); }

double ReduceOnPlateau::rate(double base, int64_t) const {
  const double reduced = base * std::pow(options_.factor, static_cast<double>(reductions_));
  return std::min(base, std::max(reduced, options_.min_lr));
}

void ReduceOnPlateau::epoch_ended(double val_loss) {
  if (cooldown_ > 0) {
    --cooldown_;
    wait_ = 0;
  }
  if (!best_ || val_loss + options_.min_delta < *best_) {
    best_ = val_loss;
    wait_ = 0;
  } else if (cooldown_ == 0 && ++wait_ >= options_.patience) {
    ++reductions_;
    cooldown_ = options_.cooldown;
    wait_ = 0;
  }
}

NamedNumbers ReduceOnPlateau::state() const {
  NamedNumbers state{{"reductions", static_cast<double>(reductions_)},
                     {"wait", static_cast<double>(wait_)},
                     {"cooldown", static_cast<double>(cooldown_)}};
  if (best_) state.emplace_back("best", *best_);
  return state;
}

void ReduceOnPlateau::restore(const NamedNumbers& state) {
  const auto find = [&](std::string_view name) {
    return std::find_if(state.begin(), state.end(), [&](const auto& n) { return n.first == name; });
  };
  const auto count = [&](std::string_view name) {
    constexpr double max = 1e15;
    const auto found = find(name);
    if (found == state.end()) fail("[plateau] the state has no '{}'", name);
    const double value = found->second;
    if (!(value >= 0 && value <= max && value == std::floor(value)))
      fail("[plateau] the state's {} is {}; expected a whole number from 0 to 1e15", name, value);
    return static_cast<int64_t>(value);
  };
  const int64_t reductions = count("reductions");
  const int64_t wait = count("wait");
  const int64_t cooldown = count("cooldown");
  const auto best = find("best");
  if (state.size() != (best == state.end() ? 3U : 4U))
    fail("[plateau] the state has {}; expected reductions, wait, cooldown and best",
         counted(state.size(), "number"));
  reductions_ = reductions;
  wait_ = wait;
  cooldown_ = cooldown;
  best_ = best == state.end() ? std::nullopt : std::optional(best->second);
}

}  // namespace convlab
