#include <imgui.h>

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "app/headless.h"
#include "app/panels/layer_output.h"
#include "app/widgets/text.h"

using namespace convlab;

namespace {

struct Sent {
  Request request;
  uint64_t id;
};

std::shared_ptr<Snapshot> some_snapshot(uint64_t version) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->parameters = 1234;
  Samples samples{.height = 2, .width = 2, .channels = 1};
  samples.labels = {3, 4};
  samples.pixels = {1, 2, 3, 4, 5, 6, 7, 8};
  snapshot->samples = {std::move(samples), 1};
  snapshot->predictions = {Predictions{}, version};
  return snapshot;
}

/// The panel alone in a window, and what a user does to it.
struct Session {
  HeadlessGraphics graphics;
  View view{graphics, Operation{}};  // has a context with a font
  std::vector<Sent> sent;
  Requests requests{
      [this](Request request, uint64_t id) { sent.push_back({std::move(request), id}); }};
  DescribedNetwork network{requests};
  LayerOutputPanel panel{graphics, requests, network};

  Session() {
    panel.show(some_snapshot(1));
    draw();
  }

  void draw() {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {400, 300};
    io.DeltaTime = 0.016F;
    for (int i = 0; i < 3; ++i) {
      ImGui::NewFrame();
      ImGui::SetNextWindowPos({0, 0});
      ImGui::SetNextWindowSize({400, 300});
      ImGui::Begin("panel", nullptr, ImGuiWindowFlags_NoTitleBar);
      panel.draw({0, 0, 400, panel.height(400, 300)}, theme(false));
      ImGui::End();
      ImGui::Render();
    }
  }
  void click(float x, float y) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddMousePosEvent(x, y);
    draw();
    io.AddMouseButtonEvent(0, true);
    draw();
    io.AddMouseButtonEvent(0, false);
    draw();
  }
  void open_list() { click(100, heading_height + 12); }
  void choose_first() { click(40, heading_height + 42); }
  template <class Result>
  void answer(Result result) {
    requests.receive({.id = sent.back().id, .error = {}, .result = std::move(result)});
    draw();
  }
};

ModelDescription two_layers() {
  ModelDescription description{.model = "m", .batch = 8};
  description.layers = {{.name = "conv1", .kind = "conv2d", .output = {2, 2, 3}},
                        {.name = "dense1", .kind = "dense", .output = {10}}};
  return description;
}

}  // namespace

TEST_CASE("layer output: a chosen layer is requested for the first image, again when it changes") {
  Session session;
  REQUIRE(session.sent.size() == 1);
  REQUIRE(std::holds_alternative<DescribeModel>(session.sent[0].request));
  session.answer(two_layers());
  session.open_list();
  CHECK(session.sent.size() == 1);  // nothing is computed for nobody
  session.choose_first();
  REQUIRE(session.sent.size() == 2);
  const auto request = std::get<Activations>(session.sent[1].request);
  CHECK(request.layer == "conv1");
  CHECK(request.image.height == 2);
  CHECK(request.image.pixels == std::vector<uint8_t>{1, 2, 3, 4});

  // While no reply has come, nothing else is requested.
  session.panel.show(some_snapshot(2));
  session.draw();
  CHECK(session.sent.size() == 2);
  const int uploads = session.graphics.uploads;
  session.answer(LayerOutput{
      .layer = request.layer, .shape = {2, 2, 3}, .values = std::vector<float>(12, 0.5F)});
  CHECK(session.graphics.uploads == uploads + 1);
  // Predictions have changed, and so have the weights.
  CHECK(session.sent.size() == 3);
  session.answer(LayerOutput{
      .layer = request.layer, .shape = {100}, .values = std::vector<float>(100, -1.0F)});
  session.draw();
  CHECK(session.sent.size() == 3);
}

TEST_CASE("layer output: an error is shown, and the next snapshot asks again") {
  Session session;
  session.answer(two_layers());
  session.open_list();
  session.choose_first();
  REQUIRE(session.sent.size() == 2);
  session.requests.receive({.id = session.sent[1].id, .error = "[engine] busy", .result = {}});
  session.draw();
  CHECK(session.sent.size() == 2);
  session.panel.show(some_snapshot(2));
  session.draw();
  CHECK(session.sent.size() == 3);
}
