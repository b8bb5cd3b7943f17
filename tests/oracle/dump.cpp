// convlab_oracle_dump FOLDER: computes the values that compare*.py compare with Keras. Writes one
// safetensors file per training step (model, image size, backend, label smoothing), the files of
// the dump_* functions, and manifest.safetensors, which lists all registered kinds.

#include <fmt/format.h>
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include "dump_file.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

constexpr uint64_t seed = 1;
constexpr int64_t batch_size = 32;
constexpr int64_t classes = 10;
constexpr double sgd_rate = 0.1;

Batch random_batch(const Shape& image) {
  Random random(seed, 99);
  Batch batch;
  for (int64_t i = 0; i < image.with_batch(batch_size).elements(); ++i) {
    batch.images.push_back(static_cast<uint8_t>(random.below(256)));
  }
  for (int64_t i = 0; i < batch_size; ++i) {
    batch.labels.push_back(static_cast<int32_t>(random.below(classes)));
    batch.indices.push_back(i);
  }
  return batch;
}

/// Stores the tensors saved by the first forward pass of a training step: the dropout masks. Call
/// before backward, which may reuse their memory.
void dump_saved(Dump& dump, Network& network) {
  Backend& backend = network.backend();
  backend.set_step({.learning_rate = 0, .step = 1});
  network.prepare(Mode::train, batch_size);
  network.forward();
  for (size_t i = 0; i < network.graph().nodes().size(); ++i) {
    for (const Tensor& saved : network.saved_of(i)) {
      dump.floats("saved/" + network.graph().nodes()[i].name, backend, saved);
    }
  }
}

void dump_parameters(Dump& dump, const std::string& prefix, const Network& network,
                     Tensor Parameter::* which) {
  for (const Parameter& parameter : network.parameters()) {
    dump.floats(prefix + parameter.name, network.backend(), parameter.*which);
  }
}

void dump_step(const std::filesystem::path& folder, const Model& model, const Shape& image,
               const BackendKind& kind, double label_smoothing) {
  const std::unique_ptr<Backend> backend = kind.make(2);
  Network network(model.build(image, classes), *backend, seed);
  Trainer trainer(network,
                  make_loss("softmax_cross_entropy", {{"label_smoothing", label_smoothing}}),
                  find_optimizer("sgd").make({}), sgd_rate);
  const Batch batch = random_batch(image);
  Dump dump;
  dump.text("model", std::string(model.name));
  dump.text("backend", std::string(kind.name));
  dump.text("label_smoothing", std::to_string(label_smoothing));
  dump.text("learning_rate", std::to_string(sgd_rate));
  dump_parameters(dump, "initial/", network, &Parameter::value);
  dump.bytes("images", "U8", image.with_batch(batch_size), batch.images.data(),
             batch.images.size());
  dump.bytes("labels", "I32", {batch_size}, batch.labels.data(),
             batch.labels.size() * sizeof(int32_t));
  dump_saved(dump, network);
  trainer.step(batch);
  dump_parameters(dump, "grad/", network, &Parameter::grad);
  dump_parameters(dump, "updated/", network, &Parameter::value);
  const double loss = trainer.training().read().loss;
  dump.bytes("loss", "F64", {1}, &loss, sizeof(loss));
  dump.write(folder / fmt::format("step-{}-{}-{}-{}.safetensors", model.name, image[0], kind.name,
                                  label_smoothing > 0 ? "smooth" : "plain"));
}

/// The models that compare.py also defines.
constexpr std::array<std::string_view, 3> step_models{"mnist-mlp", "mnist-cnn", "simple-convnet"};

void run(const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const BackendKind& kind : available_backends()) {
    for (const std::string_view model : step_models) {
      for (const Shape& image : {Shape{28, 28, 1}, Shape{32, 32, 3}}) {
        for (const double smoothing : {0.0, 0.1})
          dump_step(folder, find_model(model), image, kind, smoothing);
      }
    }
  }
  Dump manifest;
  std::string models;
  for (const std::string_view model : step_models)
    models.append(models.empty() ? "" : " ").append(model);
  manifest.text("models", models);
  manifest.text("backends", names(available_backends(), &BackendKind::name));
  dump_layers(folder, manifest);
  dump_layer_training(folder);
  dump_backbone(folder);
  dump_explanations(folder);
  dump_losses(folder, manifest);
  dump_updates(folder, manifest);
  dump_metrics(folder, manifest);
  dump_schedules(folder, manifest);
  manifest.write(folder / "manifest.safetensors");
}

}  // namespace
}  // namespace convlab

int main(int count, char** arguments) {
  const bool pixels = count == 3 && std::string_view(arguments[1]) == "--pixels";
  if (count != 2 && !pixels) {
    std::fprintf(stderr,
                 "usage: convlab_oracle_dump FOLDER (which is replaced)\n"
                 "       convlab_oracle_dump --pixels NETWORK <FILE_NAMES >PIXELS\n");
    return 2;
  }
  try {
    if (pixels) {
      convlab::dump_pixels(arguments[2]);
    } else {
      convlab::run(arguments[1]);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "convlab_oracle_dump: %s\n", error.what());
    return 1;
  }
  return 0;
}
