#include "app/layout.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

using namespace convlab;

namespace {

/// A panel of a given area: the narrower, the higher. It can shrink to a part of its height.
class Block final : public Placeable {
 public:
  Block(Column column, float area, float shrink) : column_(column), area_(area), shrink_(shrink) {}

  Column column() const override { return column_; }
  float height(float width, float room) const override {
    const float height = area_ / width;
    return height <= room ? height : std::max(room, height * shrink_);
  }

 private:
  Column column_;
  float area_;
  float shrink_;
};

/// A chart: takes the height it gets, from 170 units.
class Chart final : public Placeable {
 public:
  Column column() const override { return Column::left; }
  float height(float, float room) const override {
    return room == unlimited ? 220 : std::max(room, 170.0F);
  }
};

class Controls final : public Placeable {
 public:
  Column column() const override { return Column::side; }
  float height(float, float) const override { return 520; }
};

// Two charts, 30 images of 72 x 90 units and 32 filters of 50 x 50 units, as in the window.
const Chart loss;
const Chart accuracy;
const Block samples(Column::right, 30 * 72 * 90, 0.7F);
const Block filters(Column::right, 32 * 50 * 50, 0.8F);
const Controls controls;
const std::vector<const Placeable*> page{&loss, &accuracy, &samples, &filters};
const std::vector<const Placeable*> desktop{&controls, &loss, &accuracy, &samples, &filters};

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

}  // namespace

TEST_CASE("layout: panels lie in the window and never overlap, at any size") {
  for (const float width : {320.0F, 360.0F, 600.0F, 768.0F, 899.0F, 900.0F, 1280.0F, 2560.0F}) {
    for (const float height : {300.0F, 640.0F, 1080.0F, 1440.0F}) {
      for (const auto* list : {&page, &desktop}) {
        INFO(width << " x " << height << " with " << list->size() << " panels");
        const Layout layout = arrange(width, height, *list);
        const std::vector<Rect>& panels = layout.panels;
        REQUIRE(panels.size() == list->size());
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

TEST_CASE("layout: from 900 units of width there are two columns, which share the height") {
  const Layout narrow = arrange(899, 800, page);
  CHECK(narrow.panels[2].x == narrow.panels[0].x);
  const Layout layout = arrange(900, 900, page);
  CHECK(layout.height <= 900);
  CHECK(layout.panels[0].x == layout.panels[1].x);
  CHECK(layout.panels[0].height == layout.panels[1].height);
  CHECK(layout.panels[2].x > layout.panels[0].right());
  CHECK(layout.panels[3].x == layout.panels[2].x);
  CHECK(std::abs(layout.panels[1].bottom() - (900 - layout.panels[0].y)) < 0.1F);
}

TEST_CASE("layout: a low wide window gets a third column rather than scrolling") {
  const Layout layout = arrange(1230, 420, page);
  CHECK(layout.height <= 420);
  CHECK(layout.panels[3].x > layout.panels[2].right());
}

TEST_CASE("layout: a panel that needs less than its share leaves the rest to the others") {
  const Block small(Column::left, 100 * 400, 1);
  const Layout layout = arrange(1280, 800, std::vector<const Placeable*>{&small, &loss, &samples});
  CHECK(layout.panels[0].height < 100);
  CHECK(std::abs(layout.panels[1].bottom() - (800 - layout.panels[0].y)) < 0.1F);
}

TEST_CASE("layout: a panel that can shrink makes room for one that cannot") {
  const Block stiff(Column::right, 400 * 500, 1);
  const Block soft(Column::right, 400 * 400, 0.4F);
  const Layout layout = arrange(900, 800, std::vector<const Placeable*>{&soft, &stiff});
  CHECK(layout.height <= 800);
  CHECK(layout.panels[1].height > layout.panels[0].height);
}

TEST_CASE("layout: the controls stand beside the others, or above them where that is too narrow") {
  const Layout wide = arrange(1280, 800, desktop);
  CHECK(wide.panels[1].x > wide.panels[0].right());
  CHECK(wide.panels[1].y == wide.panels[0].y);
  const Layout narrow = arrange(390, 844, desktop);
  CHECK(narrow.panels[1].y > narrow.panels[0].bottom());
}

TEST_CASE("layout: on a phone the panels are stacked in their order") {
  const Layout layout = arrange(360, 640, desktop);
  CHECK(layout.height > 640);
  for (size_t i = 1; i < layout.panels.size(); ++i)
    CHECK(layout.panels[i - 1].bottom() < layout.panels[i].y);
}
