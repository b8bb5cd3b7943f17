#include "app/layout.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

using namespace convlab;

namespace {

/// Panel heights for about 30 samples and 32 filters: the narrower the panel, the higher.
class SomeHeights final : public PanelHeights {
 public:
  float controls(float) const override { return 520; }
  float samples(float width, float room) const override {
    const float large = 30 * 90 * 80 / width;
    return large <= room ? large : 30 * 70 * 60 / width;
  }
  float filters(float width, float) const override { return 60 + 32 * 50 * 50 / width; }
};

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

}  // namespace

TEST_CASE("layout: panels lie in the window and never overlap, at any size") {
  for (const float width : {320.0F, 360.0F, 600.0F, 768.0F, 899.0F, 900.0F, 1280.0F, 2560.0F}) {
    for (const float height : {300.0F, 640.0F, 1080.0F, 1440.0F}) {
      for (const bool controls : {false, true}) {
        INFO(width << " x " << height << (controls ? " with controls" : ""));
        const Layout layout = arrange(width, height, controls, SomeHeights());
        std::vector<Rect> panels{layout.loss, layout.accuracy, layout.samples, layout.filters};
        if (controls) panels.push_back(layout.controls);
        for (size_t i = 0; i < panels.size(); ++i) {
          CHECK(panels[i].width > 100);
          CHECK(panels[i].height > 40);
          CHECK(panels[i].x >= 0);
          CHECK(panels[i].right() <= width);
          CHECK(panels[i].bottom() <= layout.height);
          for (size_t j = 0; j < i; ++j) CHECK_FALSE(overlap(panels[i], panels[j]));
        }
      }
    }
  }
}

TEST_CASE("layout: a wide window shows curves beside images without scrolling") {
  const Layout layout = arrange(1280, 800, false, SomeHeights());
  CHECK(layout.height <= 800);
  CHECK(layout.loss.x == layout.accuracy.x);
  CHECK(layout.samples.x > layout.loss.right());
}

TEST_CASE("layout: on a phone the panels are stacked") {
  const Layout layout = arrange(360, 640, true, SomeHeights());
  CHECK(layout.height > 640);
  CHECK(layout.controls.bottom() <= layout.loss.y);
  CHECK(layout.loss.bottom() <= layout.accuracy.y);
  CHECK(layout.accuracy.bottom() <= layout.samples.y);
  CHECK(layout.samples.bottom() <= layout.filters.y);
}
