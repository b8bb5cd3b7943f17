// Trains a small network on MNIST with the engine's C++ API, evaluates it and saves it.
//   build/native/examples/train_mlp DATA_DIR MODEL.safetensors
// DATA_DIR has the IDX files of MNIST; "" searches the usual folders (convlab datasets lists them).
#include <chrono>
#include <cstdio>
#include <exception>

#include "core/error.h"
#include "data/catalog.h"
#include "engine/engine.h"
#include "io/write_file.h"

using namespace convlab;

namespace {

double seconds() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(time).count();
}

void train(const char* data_dir, const char* model_file) {
  Engine engine({.backend = make_backend("", 0),
                 .open_data = [&](const std::string& name) { return load_dataset(name, data_dir); },
                 .now = seconds});
  engine.call<Configured>(Configure{{.data = "mnist", .model = "mnist-mlp", .epochs = 3}});
  engine.call<Done>(Start{});
  while (engine.advance() != Activity::idle) continue;
  const auto snapshot = engine.snapshot();
  if (snapshot->state == RunState::failed) fail("{}", snapshot->error);

  const auto result = engine.call<Evaluation>(Evaluate{});
  std::printf("test accuracy %.2f %% on %lld images\n", 100 * result.accuracy,
              static_cast<long long>(result.images));
  write_file(model_file, engine.call<SavedFile>(SaveModel{}).bytes);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) fail("usage: train_mlp DATA_DIR MODEL.safetensors");
  train(argv[1], argv[2]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
