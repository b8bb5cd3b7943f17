#include <catch2/catch_test_macros.hpp>
#include <map>
#include <vector>

#include "app/headless.h"
#include "app/view.h"
#include "core/error.h"

using namespace convlab;

namespace {

constexpr Surface surface{1280, 800, 1};

struct Sent {
  Request request;
  uint64_t id;
};

/// A view with files in memory, and a snapshot with a network.
struct Session {
  HeadlessGraphics graphics;
  std::vector<Sent> sent;
  std::map<std::string, std::vector<uint8_t>> files;
  View view{graphics, operation()};

  Session() {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->state = RunState::ready;
    snapshot->parameters = 1234;
    view.show(snapshot);
  }

  Operation operation() {
    return {
        .send = [this](Request request, uint64_t id) { sent.push_back({std::move(request), id}); },
        .controls = Controls{},
        .files = FileAccess{.read =
                                [this](const std::string& path) {
                                  const auto found = files.find(path);
                                  if (found == files.end()) fail("[file] no file {}", path);
                                  return found->second;
                                },
                            .write = {}}};
  }

  void draw() {
    for (int i = 0; i < 4; ++i) graphics.frame(view, surface);
  }

  template <class T>
  int count() const {
    int n = 0;
    for (const Sent& one : sent) n += std::holds_alternative<T>(one.request) ? 1 : 0;
    return n;
  }
};

Prediction some_prediction() {
  return {.class_names = {"cat", "dog"},
          .scores = {0.25F, 0.75F},
          .are_probabilities = true,
          .best = 1,
          .height = 2,
          .width = 2,
          .channels = 1,
          .pixels = {0, 80, 160, 255}};
}

}  // namespace

TEST_CASE("model panel: layers are requested once for each network, by all panels together") {
  Session session;
  session.draw();
  CHECK(session.count<DescribeModel>() == 1);
  session.view.open_file("notes.txt");  // opens the tab, with a message
  session.draw();
  REQUIRE(session.count<DescribeModel>() == 1);
  session.draw();
  CHECK(session.count<DescribeModel>() == 1);
  ModelDescription description{.model = "m", .batch = 8};
  description.layers = {{.name = "conv", .kind = "conv2d", .output = {3, 3, 4}, .parameters = 40}};
  session.view.receive({.id = session.sent[0].id, .error = {}, .result = description});
  session.draw();
  auto other = std::make_shared<Snapshot>();
  other->parameters = 99;
  session.view.show(other);
  session.draw();
  CHECK(session.count<DescribeModel>() == 2);
  // With global pooling a network of other images has the same parameters.
  auto larger = std::make_shared<Snapshot>(*other);
  larger->options.image_size = 64;
  session.view.show(larger);
  session.draw();
  CHECK(session.count<DescribeModel>() == 3);
}

TEST_CASE("model panel: dropped files are opened or predicted by their ending") {
  Session session;
  session.files = {{"a.safetensors", {1, 2}}, {"b.PNG", {3}}};
  session.view.open_file("a.safetensors");
  REQUIRE(session.count<LoadModel>() == 1);
  const auto& load = std::get<LoadModel>(session.sent[0].request);
  CHECK(load.file == std::vector<uint8_t>{1, 2});
  CHECK(load.options.data.empty());  // that of the file
  session.view.open_file("b.PNG");
  REQUIRE(session.count<Predict>() == 1);
  session.view.open_file("missing.png");
  session.view.open_file("c.gif");
  CHECK(session.sent.size() == 2);
  session.files["net.json"] = {'{', '}'};
  session.view.open_file("net.json");
  CHECK(session.count<LoadModel>() == 2);
  // A trained network is not discarded unasked.
  auto trained = std::make_shared<Snapshot>();
  trained->state = RunState::paused;
  trained->parameters = 1234;
  trained->step = 5;
  session.view.show(trained);
  session.view.open_file("net.json");
  session.draw();
  CHECK(session.count<LoadModel>() == 2);
}

TEST_CASE("model panel: a prediction shows the image that the network saw") {
  Session session;
  session.files = {{"b.png", {3}}};
  session.view.open_file("b.png");
  session.draw();
  const size_t before = session.graphics.textures.size();
  session.view.receive({.id = session.sent[0].id, .error = {}, .result = some_prediction()});
  CHECK(session.graphics.textures.size() == before + 1);
  session.draw();
}
