#include "app/panels/chart.h"

#include <imgui.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "app/frame_requests.h"
#include "app/headless.h"

using namespace convlab;

namespace {

/// A phone's size, at which the loss is the topmost panel; its plot contains `inside`.
constexpr Surface phone{390, 844, 1};
constexpr ImVec2 inside{200, 130};

std::shared_ptr<Snapshot> with_loss(Curve train, Curve validation) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->epochs = 5;
  snapshot->train_loss = std::move(train);
  snapshot->val_loss = std::move(validation);
  return snapshot;
}

Curve falling() {
  Curve curve;
  for (int i = 0; i <= 100; ++i) {
    curve.x.push_back(static_cast<float>(i) / 25);
    curve.y.push_back(2 / static_cast<float>(i + 1));
  }
  return curve;
}

/// A view without a screen, and what a user does to it.
struct Session {
  HeadlessGraphics graphics;
  View view{graphics, Operation{}};

  /// Draws the frames that a platform would draw after input.
  void draw() {
    FrameRequests requests;
    for (requests.input(); requests.wanted();) {
      requests.drawn();
      requests.follow(graphics.frame(view, phone));
    }
  }
  void move(ImVec2 to) {
    ImGui::GetIO().AddMousePosEvent(to.x, to.y);
    draw();
  }
  void turn_wheel(float notches, bool ctrl) {
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, ctrl);
    ImGui::GetIO().AddMouseWheelEvent(0, notches);
    draw();
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    draw();
  }
  void click(int count = 1) {
    for (int i = 0; i < count; ++i) {
      ImGui::GetIO().AddMouseButtonEvent(0, true);
      ImGui::GetIO().AddMouseButtonEvent(0, false);
    }
    draw();
    CHECK_FALSE(ImGui::GetIO().MouseDown[0]);  // the last event has arrived
  }

  /// Returns where vertices of a colour lie, of the topmost chart's lines without its legend.
  std::vector<float> plotted(ImU32 color) const {
    std::vector<float> positions;
    for (const ImDrawList* list : ImGui::GetDrawData()->CmdLists) {
      for (const ImDrawVert& vertex : list->VtxBuffer) {
        if (vertex.col != color || vertex.pos.y < 44 || vertex.pos.y > 240) continue;
        positions.push_back(vertex.pos.x);
        positions.push_back(vertex.pos.y);
      }
    }
    return positions;
  }
  std::vector<float> train() const { return plotted(theme(false).train); }
  std::vector<float> validation() const { return plotted(theme(false).validation); }
};

}  // namespace

TEST_CASE("chart: points that are not finite leave a gap, huge ones do not break the line") {
  Session session;
  session.draw();
  CHECK(session.train().empty());
  session.view.show(with_loss({{0, 1, 2, 3, 4, 5}, {2, 1, 1, 1, 1, 2}}, {}));
  session.draw();
  const size_t whole = session.train().size();
  session.view.show(with_loss({{0, 1, 2, 3, 4, 5}, {2, 1, NAN, 1, 1, 2}}, {}));
  session.draw();
  CHECK_FALSE(session.train().empty());
  CHECK(session.train().size() < whole);
  session.view.show(with_loss({{0, 1, NAN, 3}, {2, INFINITY, 1, 3e38F}}, {{1}, {-INFINITY}}));
  session.draw();
  CHECK_FALSE(session.train().empty());
}

TEST_CASE("chart: a single point is visible") {
  Session session;
  session.view.show(with_loss({{0.5F}, {1}}, {}));
  session.draw();
  CHECK_FALSE(session.train().empty());
  CHECK(session.validation().empty());
  session.view.show(with_loss({}, {{1}, {1}}));
  session.draw();
  CHECK_FALSE(session.validation().empty());
}

TEST_CASE("chart: Ctrl and the wheel zooms where the pointer is, a double click shows all again") {
  Session session;
  session.view.show(with_loss(falling(), {}));
  session.move(inside);
  session.move({1, 1});
  const std::vector<float> all = session.train();
  session.move(inside);
  CHECK_FALSE(session.view.takes_wheel(false));
  REQUIRE(session.view.takes_wheel(true));
  session.turn_wheel(1, false);
  session.move({1, 1});
  CHECK(session.train() == all);
  CHECK_FALSE(session.view.takes_wheel(true));
  session.move(inside);
  session.turn_wheel(1, true);
  session.move({1, 1});
  CHECK(session.train() != all);
  session.move(inside);
  session.click(2);
  session.move({1, 1});
  CHECK(session.train() == all);
}

TEST_CASE("chart: a clicked chart zooms with the wheel alone until the pointer leaves it") {
  Session session;
  session.view.show(with_loss(falling(), {}));
  session.move(inside);
  session.click();
  CHECK(session.view.takes_wheel(false));
  session.move({1, 1});
  const std::vector<float> all = session.train();
  session.move(inside);
  CHECK_FALSE(session.view.takes_wheel(false));
  session.click();
  session.turn_wheel(1, false);
  session.move({1, 1});
  CHECK(session.train() != all);
}

TEST_CASE("chart: what the user chose stays while training goes on, but not for a new training") {
  Session session;
  session.view.show(with_loss({{0, 1}, {2, 1}}, {}));
  session.move(inside);
  session.turn_wheel(1, true);
  session.move({1, 1});
  const std::vector<float> zoomed = session.train();
  session.view.show(with_loss({{0, 1}, {2, 1}}, {{4}, {50}}));  // would need a larger range
  session.draw();
  CHECK(session.train() == zoomed);
  session.view.show(with_loss({}, {}));
  session.view.show(with_loss({{0, 1}, {2, 1}}, {}));
  session.draw();
  CHECK(session.train() != zoomed);
}
