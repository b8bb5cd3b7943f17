#include "app/panels/charts.h"

#include <array>

#include "app/widgets/line_chart.h"

namespace convlab {
namespace {

void draw(const Snapshot& snapshot, std::string_view title, const Curve& train,
          const Curve& validation, bool percent, const Rect& rect, const Theme& theme) {
  const std::array<Series, 2> series{
      {{.name = "Train", .curve = &train, .color = theme.train},
       {.name = "Validation", .curve = &validation, .color = theme.validation, .dots = true}}};
  const std::string_view empty =
      snapshot.state == RunState::running || snapshot.state == RunState::waiting_for_data
          ? "The first training steps are running"
          : "Curves appear when training starts";
  draw_line_chart({.title = title,
                   .x_name = "epoch",
                   .empty = empty,
                   .series = series,
                   .max_x = static_cast<double>(snapshot.epochs),
                   .percent = percent},
                  rect, theme);
}

}  // namespace

void draw_loss_chart(const Snapshot& snapshot, const Rect& rect, const Theme& theme) {
  draw(snapshot, "Loss", snapshot.train_loss, snapshot.val_loss, false, rect, theme);
}

void draw_accuracy_chart(const Snapshot& snapshot, const Rect& rect, const Theme& theme) {
  draw(snapshot, "Accuracy", snapshot.train_accuracy, snapshot.val_accuracy, true, rect, theme);
}

}  // namespace convlab
