// convlab_oracle_dump FOLDER: computes what compare.py compares with Keras. One safetensors file
// per training step (model, picture size, backend, label smoothing) and per optimizer, and
// manifest.safetensors, which names all kinds there are.

#include <cstdio>
#include <deque>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "io/safetensors.h"
#include "io/write_file.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

constexpr uint64_t seed = 1;
constexpr int64_t batch_size = 32;
constexpr int64_t classes = 10;
constexpr double sgd_rate = 0.1;

/// Tensors and texts on their way to one file.
class Dump {
 public:
  void text(const std::string& key, const std::string& value) { file_.metadata[key] = value; }

  void floats(const std::string& name, Backend& backend, const Tensor& tensor) {
    const std::unique_ptr<ReadBack> read = backend.read_back(tensor);
    const std::span<const float> values = read->values();
    bytes(name, "F32", tensor.shape, values.data(), values.size_bytes());
  }

  void bytes(const std::string& name, std::string_view dtype, const Shape& shape, const void* data,
             size_t size) {
    const auto* first = static_cast<const uint8_t*>(data);
    data_.emplace_back(first, first + size);
    file_.tensors.push_back({name, dtype, shape, data_.back()});
  }

  void write(const std::filesystem::path& path) const {
    write_file(path, safetensors_bytes(file_));
  }

 private:
  SafeTensors file_;
  std::deque<std::vector<uint8_t>> data_;
};

std::string text_of(const OptionValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>) {
          return v;
        } else if constexpr (std::is_same_v<std::decay_t<decltype(v)>, bool>) {
          return v ? "true" : "false";
        } else {
          return std::to_string(v);
        }
      },
      value);
}

Batch random_batch(const Shape& image) {
  Random random(seed, 99);
  Batch batch;
  for (int64_t i = 0; i < image.with_front(batch_size).elements(); ++i) {
    batch.images.push_back(static_cast<uint8_t>(random.below(256)));
  }
  for (int64_t i = 0; i < batch_size; ++i) {
    batch.labels.push_back(static_cast<int32_t>(random.below(classes)));
    batch.indices.push_back(i);
  }
  return batch;
}

/// What the first forward pass of a training step saves: the masks of dropout. Read before
/// backward, which may use their memory again.
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
  dump.bytes("images", "U8", image.with_front(batch_size), batch.images.data(),
             batch.images.size());
  dump.bytes("labels", "I32", {batch_size}, batch.labels.data(),
             batch.labels.size() * sizeof(int32_t));
  dump_saved(dump, network);
  trainer.step(batch);
  dump_parameters(dump, "grad/", network, &Parameter::grad);
  dump_parameters(dump, "updated/", network, &Parameter::value);
  const double loss = trainer.training().read().loss;
  dump.bytes("loss", "F64", {1}, &loss, sizeof(loss));
  dump.write(folder / concat("step-", model.name, "-", image[0], "-", kind.name, "-",
                             label_smoothing > 0 ? "smooth" : "plain", ".safetensors"));
}

std::vector<float> random_floats(int64_t count, uint64_t stream, float scale) {
  Random random(seed, stream);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = scale * (2 * to_unit_float(random.next()) - 1);
  return values;
}

/// Ten steps over given gradients, some of them tiny, so that epsilon matters.
void dump_optimizer(const std::filesystem::path& folder, const OptimizerKind& optimizer_kind,
                    const Options& options, const BackendKind& kind, const std::string& name) {
  constexpr int64_t count = 1003;
  constexpr uint64_t steps = 10;
  const Shape shape{count};
  const std::unique_ptr<Backend> backend = kind.make(2);
  const auto optimizer = optimizer_kind.make(options);
  std::deque<Buffer> buffers;
  const auto allocate = [&] {
    buffers.push_back(backend->allocate(count * sizeof(float)));
    return Tensor{shape, DType::f32, buffers.back().memory()};
  };
  const Tensor values = allocate();
  const Tensor grads = allocate();
  std::vector<Tensor> states;
  for (size_t i = 0; i < optimizer->state_count(); ++i) {
    states.push_back(allocate());
    backend->fill(states.back(), static_cast<float>(optimizer->state_start(i)));
  }

  Dump dump;
  dump.text("kind", std::string(optimizer->kind()));
  dump.text("backend", std::string(kind.name));
  dump.text("learning_rate", std::to_string(optimizer_kind.learning_rate));
  for (const auto& [option, value] : optimizer->options()) {
    if (option != "epsilon") dump.text("option." + option, text_of(value));
  }
  backend->upload(random_floats(count, 1, 1).data(), values);
  dump.floats("initial", *backend, values);
  for (uint64_t step = 1; step <= steps; ++step) {
    std::vector<float> drawn = random_floats(count, 1 + step, 1);
    for (size_t i = 0; i < drawn.size(); i += 3) drawn[i] *= 1e-6F;
    backend->upload(drawn.data(), grads);
    dump.floats("grad/" + std::to_string(step), *backend, grads);
    backend->set_step(
        {.learning_rate = static_cast<float>(optimizer_kind.learning_rate), .update = step});
    optimizer->update(*backend, values, grads, states, count);
  }
  dump.floats("final", *backend, values);
  dump.write(folder / concat("optimizer-", name, "-", kind.name, ".safetensors"));
}

struct OptimizerVariant {
  std::string name;
  std::string_view kind;
  Options options;
};

/// Every kind as it is by default, and some with other options.
std::vector<OptimizerVariant> optimizer_variants() {
  std::vector<OptimizerVariant> variants;
  for (const OptimizerKind& kind : optimizer_kinds()) {
    variants.push_back({std::string(kind.kind), kind.kind, {}});
  }
  variants.push_back({"momentum", "sgd", {{"momentum", 0.9}}});
  variants.push_back({"nesterov", "sgd", {{"momentum", 0.9}, {"nesterov", true}}});
  variants.push_back({"slow-adam", "adam", {{"beta1", 0.5}, {"beta2", 0.95}}});
  variants.push_back({"decaying-adamw", "adamw", {{"weight_decay", 0.5}}});
  return variants;
}

template <class Table, class Member>
std::string names(const Table& table, Member member) {
  std::string all;
  for (const auto& entry : table) all.append(all.empty() ? "" : " ").append(entry.*member);
  return all;
}

void run(const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const BackendKind& kind : backend_kinds()) {
    for (const Model& model : models()) {
      for (const Shape& image : {Shape{28, 28, 1}, Shape{32, 32, 3}}) {
        for (const double smoothing : {0.0, 0.1}) dump_step(folder, model, image, kind, smoothing);
      }
    }
    for (const OptimizerVariant& variant : optimizer_variants()) {
      dump_optimizer(folder, find_optimizer(variant.kind), variant.options, kind, variant.name);
    }
  }
  Dump manifest;
  manifest.text("models", names(models(), &Model::name));
  manifest.text("backends", names(backend_kinds(), &BackendKind::name));
  manifest.text("optimizers", names(optimizer_kinds(), &OptimizerKind::kind));
  manifest.write(folder / "manifest.safetensors");
}

}  // namespace
}  // namespace convlab

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: convlab_oracle_dump FOLDER (which is replaced)\n");
    return 2;
  }
  try {
    convlab::run(arguments[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "convlab_oracle_dump: %s\n", error.what());
    return 1;
  }
  return 0;
}
