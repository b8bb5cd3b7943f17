#include "app/view.h"

#include <imgui.h>

#include <algorithm>

#include "app/fonts.h"
#include "app/layout.h"
#include "app/panels/charts.h"
#include "app/panels/controls.h"
#include "app/panels/filters.h"
#include "app/panels/samples.h"
#include "app/theme.h"

namespace convlab {
namespace {

struct ContextDeleter {
  void operator()(ImGuiContext* context) const { ImGui::DestroyContext(context); }
};
using Context = std::unique_ptr<ImGuiContext, ContextDeleter>;

/// Attaches the graphics device. Must be destroyed before the context and after all textures.
struct AttachedGraphics {
  explicit AttachedGraphics(Graphics& g) : graphics(g) { graphics.attach(); }
  AttachedGraphics(const AttachedGraphics&) = delete;
  AttachedGraphics& operator=(const AttachedGraphics&) = delete;
  ~AttachedGraphics() { graphics.detach(); }

  Graphics& graphics;
};

Context make_context() {
  IMGUI_CHECKVERSION();
  Context context(ImGui::CreateContext());
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  // A blinking cursor would need frames to be drawn continuously.
  io.ConfigInputTextCursorBlink = false;
  return context;
}

}  // namespace

class View::Impl final : PanelHeights {
 public:
  Impl(Graphics& graphics, std::optional<Operation> operation)
      : context_(make_context()), device_(graphics), samples_(graphics), filters_(graphics) {
    if (operation) controls_.emplace(std::move(operation->controls), std::move(operation->send));
    set_dark(false);
    show(std::make_shared<const Snapshot>());
  }

  void show(std::shared_ptr<const Snapshot> snapshot) {
    snapshot_ = std::move(snapshot);
    samples_.show(*snapshot_);
    filters_.show(*snapshot_);
    if (controls_) controls_->show(snapshot_);
  }

  void set_dark(bool dark) {
    theme_ = &theme(dark);
    apply(*theme_);
  }

  uint32_t background() const { return theme_->background; }

  FrameStats build(const Surface& surface, float seconds) {
    ImGuiIO& io = ImGui::GetIO();
    if (surface.scale != scale_) {
      scale_ = surface.scale;
      build_fonts(*io.Fonts, scale_);
      io.FontGlobalScale = 1 / scale_;
      device_.graphics.upload_fonts();
    }
    io.DisplaySize = {surface.width, surface.height};
    io.DisplayFramebufferScale = {surface.scale, surface.scale};
    io.DeltaTime = std::clamp(seconds, 1e-4F, 1.0F);
    ImGui::NewFrame();
    draw(surface);
    ImGui::Render();
    const ImDrawData& data = *ImGui::GetDrawData();
    FrameStats stats{.vertices = data.TotalVtxCount, .unsettled = unsettled_};
    for (const ImDrawList* list : data.CmdLists) stats.draws += list->CmdBuffer.Size;
    return stats;
  }

  bool scrolls(float direction) const {
    return direction > 0 ? scrolled_ > 0 : scrolled_ < max_scrolled_;
  }

  void scroll(float distance) { scroll_ += distance; }

 private:
  float controls(float) const override { return controls_ ? controls_->height() : 0; }
  float samples(float width, float room) const override {
    return samples_.height(width, room, scale_);
  }
  float filters(float width, float room) const override {
    return filters_.height(width, room, scale_);
  }

  void draw(const Surface& surface) {
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({surface.width, surface.height});
    ImGui::Begin("convlab", nullptr,
                 ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoNavFocus);
    if (scroll_ != 0) ImGui::SetScrollY(ImGui::GetScrollY() - scroll_);
    scroll_ = 0;
    const Layout layout = arrange(surface.width, surface.height, controls_.has_value(), *this);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const auto place = [&](Rect rect) {
      rect.x += origin.x;
      rect.y += origin.y;
      return rect;
    };
    draw_loss_chart(*snapshot_, place(layout.loss), *theme_);
    draw_accuracy_chart(*snapshot_, place(layout.accuracy), *theme_);
    samples_.draw(place(layout.samples), scale_, *theme_);
    filters_.draw(place(layout.filters), scale_, *theme_);
    if (controls_) controls_->draw(place(layout.controls), *theme_);
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, layout.height});
    unsettled_ = layout.height != content_height_ ||
                 (controls_ && controls_->height() != layout.controls.height);
    content_height_ = layout.height;
    scrolled_ = ImGui::GetScrollY();
    max_scrolled_ = ImGui::GetScrollMaxY();
    ImGui::End();
  }

  Context context_;
  AttachedGraphics device_;
  std::shared_ptr<const Snapshot> snapshot_;
  const Theme* theme_ = nullptr;
  float scale_ = 0;
  float scroll_ = 0;  ///< to be applied in the next frame
  float content_height_ = 0;
  bool unsettled_ = false;
  float scrolled_ = 0;
  float max_scrolled_ = 0;
  SamplesPanel samples_;
  FiltersPanel filters_;
  std::optional<ControlsPanel> controls_;
};

View::View(Graphics& graphics, std::optional<Operation> operation)
    : impl_(std::make_unique<Impl>(graphics, std::move(operation))) {}
View::~View() = default;

void View::show(std::shared_ptr<const Snapshot> snapshot) { impl_->show(std::move(snapshot)); }
void View::set_dark(bool dark) { impl_->set_dark(dark); }
uint32_t View::background() const { return impl_->background(); }
FrameStats View::build(const Surface& surface, float seconds) {
  return impl_->build(surface, seconds);
}
bool View::scrolls(float direction) const { return impl_->scrolls(direction); }
void View::scroll(float distance) { impl_->scroll(distance); }

}  // namespace convlab
