#include "cli/stopping_options.h"

#include "cli/values.h"

namespace convlab {

void add_stopping(CLI::App& command, RunOptions& run) {
  const auto stop = [&run](const int64_t& patience) {
    run.early_stopping = true;
    run.early_stopping_options.emplace_back("patience", patience);
  };
  CLI::Option* early_stopping =
      command
          .add_option_function<int64_t>(
              "--early-stopping", stop,
              "Stop when the validation loss (of the test images, without --validation-split) has "
              "not improved for PATIENCE epochs")
          ->type_name("PATIENCE")
          ->check(whole_number(0, 1'000'000));
  command
      .add_flag_callback(
          "--restore-best-weights",
          [&run] { run.early_stopping_options.emplace_back("restore_best_weights", true); },
          "When training ends, restore the weights of the epoch with the lowest validation "
          "loss")
      ->needs(early_stopping);
  add_number(command, "--time-budget", run.time_budget, 1e-3, 1e9,
             "Stop, between two steps, after this many seconds of training")
      ->type_name("SECONDS");
}

}  // namespace convlab
