#include "app/view.h"

#include <imgui.h>

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

#include "app/headless.h"

using namespace convlab;

namespace {

Curve long_curve(float start, float end) {
  Curve curve;
  for (int i = 0; i < 1024; ++i) {
    const float part = static_cast<float>(i) / 1023;
    curve.x.push_back(5 * part);
    curve.y.push_back(start + (end - start) * part + 0.02F * static_cast<float>(i % 7));
  }
  return curve;
}

/// Returns a snapshot taken during training on colour images with long class names, with a NaN in a
/// curve and one in a weight.
std::shared_ptr<Snapshot> busy_snapshot() {
  auto snapshot = std::make_shared<Snapshot>();
  Snapshot& s = *snapshot;
  s.state = RunState::running;
  s.backend = "xnnpack";
  s.threads = 2;
  for (int i = 0; i < 10; ++i) s.class_names.push_back("T-shirt, trouser or boot");
  s.step = 1234;
  s.steps_per_epoch = 469;
  s.epoch = 2;
  s.epochs = 5;
  s.loss = std::numeric_limits<double>::quiet_NaN();
  s.history = {{.epoch = 1, .val_loss = 0.5, .val_accuracy = 0.9}};
  s.train_loss = long_curve(2.3F, 0.1F);
  s.train_loss.y[500] = std::numeric_limits<float>::quiet_NaN();
  s.train_accuracy = long_curve(0.1F, 0.99F);
  s.val_loss = {{1, 2}, {0.5F, 0.25F}};
  s.val_accuracy = {{1, 2}, {0.8F, 0.9F}};
  Samples samples{.height = 32, .width = 32, .channels = 3};
  Predictions predictions;
  for (int i = 0; i < 30; ++i) {
    samples.labels.push_back(i % 10);
    predictions.classes.push_back(i % 9 - 1);  // includes -1, which is not a class
    predictions.scores.push_back(0.5F);
  }
  samples.pixels.resize(size_t{30} * 32 * 32 * 3, 77);
  Filters filters{.count = 100, .height = 28, .width = 28, .channels = 1};
  filters.weights.resize(size_t{100} * 28 * 28, 0.25F);
  filters.weights[3] = std::numeric_limits<float>::quiet_NaN();
  s.samples = {std::move(samples), 1};
  s.predictions = {std::move(predictions), 1};
  s.filters = {std::move(filters), 1};
  return snapshot;
}

Operation some_operation(std::vector<Request>& sent) {
  Controls table;
  table.data_sets = {{"mnist", "MNIST", "Handwritten digits"}};
  table.models = {{"mnist-cnn", "Small CNN", "One convolution", {"mnist"}}};
  table.optimizers = {{"adam", "Adam", 0.001}};
  table.buttons = {{"start", "Start", "Train", "Enter"},
                   {"pause", "Pause", "Stop for now", "p"},
                   {"step", "Step", "One batch", "s"},
                   {"reset", "Reset", "Begin anew", "r"}};
  table.batches = {32, 128};
  return {.send = [&sent](Request request, uint64_t) { sent.push_back(std::move(request)); },
          .controls = table};
}

}  // namespace

TEST_CASE("view: frames build at every size, theme and scale, and fit 16-bit indices") {
  for (const bool with_controls : {false, true}) {
    HeadlessGraphics graphics;
    std::vector<Request> sent;
    View view(graphics, with_controls ? some_operation(sent) : Operation{});
    for (const bool full : {false, true}) {
      if (full) view.show(busy_snapshot());
      for (const bool dark : {false, true}) {
        view.set_dark(dark);
        for (const Surface& surface :
             {Surface{360, 640, 3}, Surface{768, 1024, 2}, Surface{1280, 720, 1},
              Surface{1536, 864, 1.25F}, Surface{2560, 1440, 1}, Surface{1, 1, 1}}) {
          INFO(surface.width << " x " << surface.height << " at " << surface.scale);
          FrameStats stats;
          for (int i = 0; i < 3; ++i) stats = graphics.frame(view, surface);
          if (surface.width > 1) CHECK(stats.vertices > 100);
          CHECK(stats.vertices < 65536);
        }
      }
    }
    CHECK(sent.empty());
  }
}

TEST_CASE("view: other epochs are set at once while training, other settings are not") {
  HeadlessGraphics graphics;
  std::vector<Request> sent;
  View view(graphics, some_operation(sent));
  view.show(busy_snapshot());
  const auto draw = [&] {
    for (int i = 0; i < 3; ++i) graphics.frame(view, {1280, 800, 1});
  };
  const auto press = [&](ImGuiKey key) {
    ImGui::GetIO().AddKeyEvent(key, true);
    draw();
    ImGui::GetIO().AddKeyEvent(key, false);
    draw();
  };
  draw();
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(180, 235);  // the field of the epochs
  draw();
  io.AddMouseButtonEvent(0, true);
  draw();
  io.AddMouseButtonEvent(0, false);
  draw();
  io.AddKeyEvent(ImGuiMod_Ctrl, true);
  press(ImGuiKey_A);
  io.AddKeyEvent(ImGuiMod_Ctrl, false);
  draw();
  io.AddInputCharactersUTF8("9");
  draw();
  press(ImGuiKey_Enter);
  REQUIRE(sent.size() == 1);
  REQUIRE(std::holds_alternative<SetEpochs>(sent[0]));
  CHECK(std::get<SetEpochs>(sent[0]).epochs == 9);
}

TEST_CASE("view: Reset asks before it discards a trained network") {
  HeadlessGraphics graphics;
  std::vector<Request> sent;
  View view(graphics, some_operation(sent));
  const auto type_r = [&](const std::shared_ptr<Snapshot>& snapshot) {
    view.show(snapshot);
    for (const bool down : {true, false}) {
      graphics.frame(view, {1280, 800, 1});
      ImGui::GetIO().AddKeyEvent(ImGuiKey_R, down);
    }
    for (int i = 0; i < 3; ++i) graphics.frame(view, {1280, 800, 1});
  };
  auto trained = busy_snapshot();
  trained->state = RunState::paused;
  type_r(trained);
  CHECK(sent.empty());
  auto failed = busy_snapshot();
  failed->state = RunState::failed;
  failed->step = 0;
  type_r(failed);
  REQUIRE(sent.size() == 1);
  CHECK(std::holds_alternative<Reset>(sent[0]));
}

TEST_CASE("view: with an unchanged snapshot drawing stops, at any size") {
  HeadlessGraphics graphics;
  std::vector<Request> sent;
  View view(graphics, some_operation(sent));
  for (const Surface& surface : {Surface{360, 640, 3}, Surface{1280, 720, 1.25F}}) {
    view.show(busy_snapshot());
    int frames = 0;
    while (graphics.frame(view, surface).unsettled && frames < 10) ++frames;
    CHECK(frames < 4);
    CHECK_FALSE(graphics.frame(view, surface).unsettled);
  }
}

TEST_CASE("view: textures are uploaded only when they changed") {
  HeadlessGraphics graphics;
  View view(graphics, Operation{});
  const auto first = busy_snapshot();
  view.show(first);
  CHECK(graphics.uploads == 2);
  auto next = busy_snapshot();
  Predictions predictions = *next->predictions;
  predictions.classes[0] = 5;
  next->predictions = {std::move(predictions), 2};
  Filters filters = *next->filters;
  filters.weights[3] = 0;
  next->filters = {std::move(filters), 2};
  view.show(next);
  CHECK(graphics.uploads == 3);  // only the filters
  view.show(next);
  CHECK(graphics.uploads == 3);
  CHECK(graphics.textures.size() == 2);
}

TEST_CASE("view: glyphs are rasterised once for each scale of the screen") {
  HeadlessGraphics graphics;
  View view(graphics, Operation{});
  graphics.frame(view, {800, 1600, 1});
  const int first = graphics.texture_updates;
  CHECK(first > 0);
  graphics.frame(view, {900, 1600, 1});
  CHECK(graphics.texture_updates == first);
  graphics.frame(view, {900, 1600, 2});
  CHECK(graphics.texture_updates > first);
}

TEST_CASE("view: content that fits does not scroll, a phone's stack scrolls to its end") {
  HeadlessGraphics graphics;
  View view(graphics, Operation{});
  view.show(busy_snapshot());
  const auto settle = [&](const Surface& surface) {
    for (int i = 0; i < 3; ++i) graphics.frame(view, surface);
  };
  settle({2560, 1440, 1});
  CHECK_FALSE(view.scrolls(1));
  CHECK_FALSE(view.scrolls(-1));
  settle({360, 640, 2});
  CHECK_FALSE(view.scrolls(1));
  REQUIRE(view.scrolls(-1));
  view.scroll(-50);
  settle({360, 640, 2});
  CHECK(view.scrolls(1));
  view.scroll(-1e6F);
  settle({360, 640, 2});
  CHECK(view.scrolls(1));
  CHECK_FALSE(view.scrolls(-1));
}
