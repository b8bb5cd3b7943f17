#include "engine/lr_find.h"

#include <nlohmann/json.hpp>

#include "engine/run_loss.h"
#include "train/check_fits.h"
#include "train/check_memory.h"

namespace convlab {

RangeTest find_learning_rate(const RunOptions& run, Graph graph, const RangeTestOptions& options,
                             const Dataset& train, Backend& backend) {
  std::unique_ptr<Loss> loss = make_loss(run);
  fold_final_activation(graph, *loss);
  check_fits(graph, train, run.model);
  auto optimizer = find_optimizer(run.optimizer).make(run.optimizer_options);
  const UpdateOptions update = read_update_options(run.update_options);
  check_memory(graph, backend,
               {.model = run.model,
                .batch = run.batch,
                .train_images = train.size(),
                .states = state_count(*optimizer, update)});
  Network network(std::move(graph), backend, run.seed);
  Trainer trainer(network, std::move(loss), std::move(optimizer), options.first_rate, update);
  trainer.set_class_weights(class_weights(run, train));
  Loader loader(train, {.batch = run.batch, .shuffle = true, .seed = run.seed});
  const auto next = [&, epoch = int64_t{0}](Batch& batch) mutable {
    if (loader.next(batch)) return;
    loader.start_epoch(++epoch);
    loader.next(batch);
  };
  return range_test(trainer, next, options);
}

std::string to_json(const RangeTest& result) {
  nlohmann::ordered_json json;
  if (result.suggestion) {
    json["suggestion"] = *result.suggestion;
  } else {
    json["suggestion"] = nullptr;
  }
  json["rates"] = result.rates;
  json["losses"] = result.losses;
  json["smoothed"] = result.smoothed;
  return json.dump();
}

}  // namespace convlab
