#include "app/view.h"

#include <imgui.h>
#include <imgui_internal.h>
#include <implot.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "app/fonts.h"
#include "app/layout.h"
#include "app/panels/panels.h"
#include "app/theme.h"

namespace convlab {
namespace {

constexpr float tabs_left = 18;  // in line with the panels
constexpr float tabs_top = 10;
constexpr std::array<std::pair<Tab, const char*>, 2> tab_titles{
    {{Tab::train, "Train"}, {Tab::model, "Model"}}};

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
  Impl(Graphics& graphics, Operation operation)
      : context_(make_context()),
        plot_context_(ImPlot::CreateContext()),
        device_(graphics),
        requests_(operation.send),
        network_(requests_),
        panels_(make_panels(graphics, std::move(operation), requests_, network_)) {
    has_tabs_ = std::any_of(panels_.begin(), panels_.end(),
                            [](const auto& panel) { return panel->tab() == Tab::model; });
    choose(Tab::train);
    set_dark(false);
    show(std::make_shared<const Snapshot>());
  }

  void show(const std::shared_ptr<const Snapshot>& snapshot) {
    for (const auto& panel : panels_) panel->show(snapshot);
  }

  void receive(const Reply& reply) { requests_.receive(reply); }

  void open_file(const std::string& path) {
    for (const auto& panel : panels_) {
      if (!panel->take_file(path)) continue;
      if (panel->tab()) select_ = panel->tab();
      return;
    }
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
    return std::any_of(visible_.begin(), visible_.end(),
                       [&](const Panel* panel) { return panel->takes_wheel(ctrl); });
  }

 private:
  void choose(Tab tab) {
    tab_ = tab;
    visible_.clear();
    placeables_.clear();
    for (const auto& panel : panels_) {
      if (panel->tab().value_or(tab) != tab) continue;
      visible_.push_back(panel.get());
      placeables_.push_back(panel.get());
    }
  }

  /// Draws the list of tabs, if there are several; returns its height.
  float draw_tabs() {
    if (!has_tabs_) return 0;
    ImGui::SetCursorPos({tabs_left, tabs_top});
    const std::optional<Tab> select = std::exchange(select_, std::nullopt);
    Tab chosen = tab_;
    if (ImGui::BeginTabBar("tabs")) {
      for (const auto& [tab, title] : tab_titles) {
        const auto flags = select == tab ? ImGuiTabItemFlags_SetSelected : ImGuiTabItemFlags_None;
        if (!ImGui::BeginTabItem(title, nullptr, flags)) continue;
        chosen = tab;
        ImGui::EndTabItem();
      }
      ImGui::EndTabBar();
    }
    if (chosen != tab_) {
      choose(chosen);
      changed_tab_ = true;
    }
    return ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y;
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
    ImVec2 origin = ImGui::GetCursorScreenPos();
    const float tabs = draw_tabs();
    origin.y += tabs;
    const float height = surface.height - tabs;
    const Layout layout = arrange(surface.width, height, placeables_);
    for (size_t i = 0; i < visible_.size(); ++i) {
      Rect rect = layout.panels[i];
      rect.x += origin.x;
      rect.y += origin.y;
      visible_[i]->draw(rect, *theme_);
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, layout.height});
    // Some panels know their height only when they are drawn.
    unsettled_ = layout.height != content_height_ || std::exchange(changed_tab_, false) ||
                 select_.has_value() || layout != arrange(surface.width, height, placeables_);
    content_height_ = layout.height;
    scrolled_ = ImGui::GetScrollY();
    max_scrolled_ = ImGui::GetScrollMaxY();
    ImGui::End();
  }

  Context context_;
  PlotContext plot_context_;
  AttachedGraphics device_;
  Requests requests_;
  DescribedNetwork network_;
  std::vector<std::unique_ptr<Panel>> panels_;
  std::vector<Panel*> visible_;               ///< those of the chosen tab
  std::vector<const Placeable*> placeables_;  ///< the same
  Tab tab_ = Tab::train;
  std::optional<Tab> select_;  ///< tab to choose in the next frame
  bool has_tabs_ = false;
  bool changed_tab_ = false;
  const Theme* theme_ = nullptr;
  float scroll_ = 0;  ///< to be applied in the next frame
  float content_height_ = 0;
  bool unsettled_ = false;
  float scrolled_ = 0;
  float max_scrolled_ = 0;
};

View::View(Graphics& graphics, Operation operation)
    : impl_(std::make_unique<Impl>(graphics, std::move(operation))) {}
View::~View() = default;

void View::show(const std::shared_ptr<const Snapshot>& snapshot) { impl_->show(snapshot); }
void View::receive(const Reply& reply) { impl_->receive(reply); }
void View::open_file(const std::string& path) { impl_->open_file(path); }
void View::set_dark(bool dark) { impl_->set_dark(dark); }
uint32_t View::background() const { return impl_->background(); }
FrameStats View::build(const Surface& surface, float seconds) {
  return impl_->build(surface, seconds);
}
bool View::scrolls(float direction) const { return impl_->scrolls(direction); }
void View::scroll(float distance) { impl_->scroll(distance); }
bool View::takes_wheel(bool ctrl) const { return impl_->takes_wheel(ctrl); }

}  // namespace convlab
