#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "app/native/engine_thread.h"
#include "app/platform/glfw.h"
#include "app/view.h"
#include "backend/backend.h"
#include "backend/processors.h"
#include "backend/system_memory.h"
#include "core/monotonic_seconds.h"
#include "data/catalog.h"
#include "data/file.h"
#include "data/png_encoder.h"
#include "io/write_file.h"

namespace convlab {
namespace {

struct WindowOptions {
  RunOptions run;
  std::string data_dir;
  std::string backend;
  int threads = 0;
  int width = 1280;
  int height = 800;
  bool dark = false;
  bool start = false;
  std::vector<std::string> files;
  std::string screenshot;
  double after = 5;
};

/// Wakes the window after `seconds`. Destroying the returned thread cancels this.
std::jthread wake_after(double seconds) {
  return std::jthread([seconds](const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any sleep;
    sleep.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
    GlfwPlatform::wake();
  });
}

Operation make_operation(EngineThread& engine) {
  return {.send = [&engine](Request request, uint64_t id) { engine.send(std::move(request), id); },
          .controls = controls(),
          .files =
              FileAccess{.read = [](const std::string& path) { return read_file(path); },
                         .write = [](const std::string& path,
                                     std::span<const uint8_t> bytes) { write_file(path, bytes); }}};
}

int run_window(const WindowOptions& options) {
  EngineEnvironment environment;
  environment.backend =
      make_backend(options.backend, usable_threads(options.threads), system_memory_left);
  environment.open_data = [&](const std::string& name) {
    return load_dataset(name, options.data_dir);
  };
  environment.now = monotonic_seconds;
  environment.loader_threads = usable_threads(options.threads);

  GlfwPlatform platform("convlab", options.width, options.height);
  EngineThread engine(std::move(environment), GlfwPlatform::wake);
  View view(platform.graphics(), make_operation(engine));
  view.set_dark(options.dark);
  engine.send(Subscribe{{"samples", "predictions", "filters"}});
  engine.send(Configure{options.run});
  for (const std::string& file : options.files) view.open_file(file);

  std::optional<std::jthread> alarm;
  const double due = monotonic_seconds() + options.after;
  if (!options.screenshot.empty()) alarm = wake_after(options.after);
  bool start = options.start;
  uint64_t shown = 0;
  bool captured = false;
  bool asked = false;
  platform.run(view, [&] {
    while (const std::optional<Reply> reply = engine.take_reply()) {
      if (std::holds_alternative<Configured>(reply->result) && std::exchange(start, false))
        engine.send(Start{});
      view.receive(*reply);
      platform.request_frame();
    }
    const std::shared_ptr<const Snapshot> snapshot = engine.snapshot();
    if (snapshot->sequence != shown) {
      shown = snapshot->sequence;
      view.show(snapshot);
      platform.request_frame();
    }
    if (alarm && !asked && monotonic_seconds() >= due) {
      asked = true;
      platform.capture([&](const Screenshot& shot) {
        write_file(options.screenshot, encode_png({shot.height, shot.width, 3, shot.rgb}));
        captured = true;
        GlfwPlatform::wake();  // so that the loop calls this function again and ends
      });
    }
    return !captured;
  });
  return 0;
}

int run(int argc, char** argv) {
  WindowOptions options;
  CLI::App app("Trains convolutional networks on images and shows their progress.",
               "convlab-window");
  app.add_option("--data", options.run.data, "Data set at the start")->capture_default_str();
  app.add_option("--model", options.run.model, "Model at the start")->capture_default_str();
  app.add_option("--data-dir", options.data_dir, "Folder with the data sets");
  app.add_option("--threads", options.threads,
                 "Number of threads for computing; 0: one per processor")
      ->check(CLI::Range(0, 1024));
  app.add_option("--backend", options.backend, "Compute backend; default: the fastest");
  app.add_option("--width", options.width, "Width of the window")->check(CLI::Range(240, 16384));
  app.add_option("--height", options.height, "Height of the window")->check(CLI::Range(240, 16384));
  app.add_flag("--dark", options.dark, "Use the dark theme");
  app.add_flag("--start", options.start, "Start training immediately");
  app.add_option("FILE", options.files,
                 "Model file, checkpoint or document of a network to open, or images to predict, "
                 "as if dropped onto the window");
  app.add_option("--screenshot", options.screenshot,
                 "Write a PNG image of the window to this file, then exit");
  app.add_option("--after", options.after, "Seconds until the screenshot")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return run_window(options);
}

}  // namespace
}  // namespace convlab

int main(int argc, char** argv) {
  try {
    return convlab::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "convlab-window: %s\n", error.what());
    return 1;
  }
}
