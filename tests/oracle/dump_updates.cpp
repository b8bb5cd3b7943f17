// Optimizers, gradient clipping, accumulation and weight averaging on given gradients.

#include <fmt/format.h>

#include "dump_file.h"
#include "train/updater.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

constexpr uint64_t batches = 12;

struct Variant {
  std::string name;
  std::string_view kind;
  Options options;
  Options update;
};

/// Every optimizer with default options, with all options changed, and with each update option
/// (gradient clipping, accumulation, weight average).
std::vector<Variant> variants() {
  std::vector<Variant> all{
      {"sgd-momentum", "sgd", {{"momentum", 0.9}}, {}},
      {"sgd-nesterov", "sgd", {{"momentum", 0.9}, {"nesterov", true}}, {}},
      {"adam-other", "adam", {{"beta1", 0.5}, {"beta2", 0.95}, {"epsilon", 1e-3}}, {}},
      {"adamw-other",
       "adamw",
       {{"beta1", 0.5}, {"beta2", 0.95}, {"epsilon", 1e-3}, {"weight_decay", 0.5}},
       {}},
      {"rmsprop-momentum", "rmsprop", {{"rho", 0.8}, {"momentum", 0.5}, {"epsilon", 1e-4}}, {}},
      {"rmsprop-centered", "rmsprop", {{"centered", true}}, {}},
      {"rmsprop-all", "rmsprop", {{"momentum", 0.9}, {"centered", true}}, {}},
      {"adagrad-other", "adagrad", {{"initial_accumulator_value", 0.0}, {"epsilon", 1e-3}}, {}},
  };
  for (const OptimizerKind& kind : optimizer_kinds()) {
    const std::string name(kind.kind);
    all.push_back({name, kind.kind, {}, {}});
    all.push_back({name + "-decay", kind.kind, {{"weight_decay", 0.3}}, {}});
    all.push_back(
        {name + "-spare", kind.kind, {{"weight_decay", 0.3}, {"decay_biases", false}}, {}});
    all.push_back({name + "-clip-norm", kind.kind, {}, {{"clip_norm", 2.0}}});
    all.push_back({name + "-clip-value", kind.kind, {}, {{"clip_value", 0.25}}});
    all.push_back({name + "-accumulate", kind.kind, {}, {{"accumulate", 3}}});
    all.push_back({name + "-ema", kind.kind, {}, {{"ema_momentum", 0.9}}});
    all.push_back({name + "-ema-overwrite",
                   kind.kind,
                   {},
                   {{"ema_momentum", 0.9}, {"ema_overwrite_frequency", 5}}});
    all.push_back({name + "-everything",
                   kind.kind,
                   {{"weight_decay", 0.3}},
                   {{"clip_norm", 2.0}, {"accumulate", 4}, {"ema_momentum", 0.9}}});
  }
  return all;
}

/// Runs a variant on given gradients. A third of them are tiny, so that epsilon matters. The
/// weights are small, so that the updates are not lost in the rounding of the weights.
void dump_variant(const std::filesystem::path& folder, const Variant& variant,
                  const BackendKind& backend_kind) {
  constexpr float small = 0.02F;
  const OptimizerKind& kind = find_optimizer(variant.kind);
  const std::unique_ptr<Backend> backend = backend_kind.make(2);
  Network network(find_model("mnist-mlp").build({4, 4, 1}, 4), *backend, 1);
  Updater updater(network, kind.make(variant.options), read_update_options(variant.update));
  const int64_t count = network.values().elements();

  Dump dump;
  dump.text("variant", variant.name);
  dump.text("kind", std::string(variant.kind));
  dump.text("backend", std::string(backend_kind.name));
  dump.text("weights", std::to_string(network.ranges()[1].begin));
  dump.options("run", {{"learning_rate", kind.learning_rate}});
  dump.options("option", updater.optimizer().options());
  dump.options("update", variant.update);
  backend->upload(random_floats(count, 1, small).data(), network.values());
  dump.floats("initial", *backend, network.values());
  for (uint64_t step = 1; step <= batches; ++step) {
    std::vector<float> drawn = random_floats(count, 1 + step, 1);
    for (size_t i = 0; i < drawn.size(); i += 3) drawn[i] *= 1e-6F;
    backend->upload(drawn.data(), network.grads());
    dump.floats("grad/" + std::to_string(step), *backend, network.grads());
    backend->set_step(updater.step_state(kind.learning_rate, step, 1));
    updater.add_batch(1);
  }
  dump.floats("final", *backend, network.values());
  updater.use_average();
  dump.floats("evaluated", *backend, network.values());
  dump.write(folder / fmt::format("update-{}-{}.safetensors", variant.name, backend_kind.name));
}

}  // namespace

void dump_updates(const std::filesystem::path& folder, Dump& manifest) {
  for (const BackendKind& kind : available_backends()) {
    for (const Variant& variant : variants()) dump_variant(folder, variant, kind);
  }
  manifest.text("optimizers", names(optimizer_kinds(), &OptimizerKind::kind));
  std::string options;
  for (const auto& [name, value] : write_options(UpdateOptions{})) options += name + " ";
  manifest.text("update_options", options);
}

}  // namespace convlab
