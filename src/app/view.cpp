#include "app/view.h"

#include <imgui.h>
#include <imgui_internal.h>
#include <implot.h>

#include <algorithm>
#include <vector>

#include "app/fonts.h"
#include "app/layout.h"
#include "app/panels/panels.h"
#include "app/theme.h"

namespace convlab {
namespace {

struct ContextDeleter {
  void operator()(ImGuiContext* context) const { ImGui::DestroyContext(context); }
  void operator()(ImPlotContext* context) const { ImPlot::DestroyContext(context); }
};
using Context = std::unique_ptr<ImGuiContext, ContextDeleter>;
using PlotContext = std::unique_ptr<ImPlotContext, ContextDeleter>;

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
  add_font(*io.Fonts);
  return context;
}

}  // namespace

class View::Impl {
 public:
  Impl(Graphics& graphics, std::optional<Operation> operation)
      : context_(make_context()),
        plot_context_(ImPlot::CreateContext()),
        device_(graphics),
        panels_(make_panels(graphics, std::move(operation))) {
    for (const auto& panel : panels_) placeables_.push_back(panel.get());
    set_dark(false);
    show(std::make_shared<const Snapshot>());
  }

  void show(const std::shared_ptr<const Snapshot>& snapshot) {
    for (const auto& panel : panels_) panel->show(snapshot);
  }

  void set_dark(bool dark) {
    theme_ = &theme(dark);
    apply(*theme_);
  }

  uint32_t background() const { return theme_->background; }

  FrameStats build(const Surface& surface, float seconds) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {surface.width, surface.height};
    io.DisplayFramebufferScale = {surface.scale, surface.scale};
    io.DeltaTime = std::clamp(seconds, 1e-4F, 1.0F);
    ImGui::NewFrame();
    draw(surface);
    ImGui::Render();
    const ImDrawData& data = *ImGui::GetDrawData();
    FrameStats stats{.vertices = data.TotalVtxCount,
                     .unsettled = unsettled_,
                     .input_waiting = !ImGui::GetCurrentContext()->InputEventsQueue.empty()};
    for (const ImDrawList* list : data.CmdLists) stats.draws += list->CmdBuffer.Size;
    return stats;
  }

  bool scrolls(float direction) const {
    return direction > 0 ? scrolled_ > 0 : scrolled_ < max_scrolled_;
  }

  void scroll(float distance) { scroll_ += distance; }

  bool takes_wheel(bool ctrl) const {
    return std::any_of(panels_.begin(), panels_.end(),
                       [&](const auto& panel) { return panel->takes_wheel(ctrl); });
  }

 private:
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
    const Layout layout = arrange(surface.width, surface.height, placeables_);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    for (size_t i = 0; i < panels_.size(); ++i) {
      Rect rect = layout.panels[i];
      rect.x += origin.x;
      rect.y += origin.y;
      panels_[i]->draw(rect, *theme_);
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, layout.height});
    // Some panels know their height only when they are drawn.
    unsettled_ = layout.height != content_height_ ||
                 layout != arrange(surface.width, surface.height, placeables_);
    content_height_ = layout.height;
    scrolled_ = ImGui::GetScrollY();
    max_scrolled_ = ImGui::GetScrollMaxY();
    ImGui::End();
  }

  Context context_;
  PlotContext plot_context_;
  AttachedGraphics device_;
  std::vector<std::unique_ptr<Panel>> panels_;
  std::vector<const Placeable*> placeables_;  ///< the same panels
  const Theme* theme_ = nullptr;
  float scroll_ = 0;  ///< to be applied in the next frame
  float content_height_ = 0;
  bool unsettled_ = false;
  float scrolled_ = 0;
  float max_scrolled_ = 0;
};

View::View(Graphics& graphics, std::optional<Operation> operation)
    : impl_(std::make_unique<Impl>(graphics, std::move(operation))) {}
View::~View() = default;

void View::show(const std::shared_ptr<const Snapshot>& snapshot) { impl_->show(snapshot); }
void View::set_dark(bool dark) { impl_->set_dark(dark); }
uint32_t View::background() const { return impl_->background(); }
FrameStats View::build(const Surface& surface, float seconds) {
  return impl_->build(surface, seconds);
}
bool View::scrolls(float direction) const { return impl_->scrolls(direction); }
void View::scroll(float distance) { impl_->scroll(distance); }
bool View::takes_wheel(bool ctrl) const { return impl_->takes_wheel(ctrl); }

}  // namespace convlab
