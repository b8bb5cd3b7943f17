#include "app/theme.h"

#include <implot.h>

#include "app/fonts.h"

namespace convlab {
namespace {

constexpr ImU32 rgb(unsigned hex) {
  return IM_COL32(hex >> 16 & 255, hex >> 8 & 255, hex & 255, 255);
}

constexpr Theme light{.background = rgb(0xffffff),
                      .text = rgb(0x1b1f26),
                      .quiet = rgb(0x59616e),
                      .line = rgb(0xdfe3e8),
                      .soft = rgb(0xeef1f6),
                      .accent = rgb(0x1d4fc4),
                      .on_accent = rgb(0xffffff),
                      .train = rgb(0x1d4fc4),
                      .validation = rgb(0xd97706),
                      .good = rgb(0x15803d),
                      .bad = rgb(0xc2252b)};

constexpr Theme dark{.background = rgb(0x181c22),
                     .text = rgb(0xe7eaef),
                     .quiet = rgb(0xa0a9b6),
                     .line = rgb(0x2b313a),
                     .soft = rgb(0x232932),
                     .accent = rgb(0x8ab0ff),
                     .on_accent = rgb(0x0c1830),
                     .train = rgb(0x8ab0ff),
                     .validation = rgb(0xf0a35b),
                     .good = rgb(0x5fd38a),
                     .bad = rgb(0xff8f8f)};

ImVec4 vector(ImU32 color, float opacity = 1) {
  ImVec4 v = ImGui::ColorConvertU32ToFloat4(color);
  v.w *= opacity;
  return v;
}

void apply_to_plots(const Theme& theme) {
  ImPlotStyle& style = ImPlot::GetStyle();
  style = ImPlotStyle();
  style.PlotMinSize = {40, 40};
  style.PlotBorderSize = 0;
  // Room for half a label, and half a dot, beyond the ends of the axes.
  style.PlotPadding = {6, 8};
  style.LabelPadding = {8, 6};
  style.MinorAlpha = 1;  // ticks that are set one by one count as minor
  const ImVec4 none(0, 0, 0, 0);
  style.Colors[ImPlotCol_PlotBg] = none;
  style.Colors[ImPlotCol_AxisText] = vector(theme.quiet);
  style.Colors[ImPlotCol_AxisGrid] = vector(theme.line);
}

}  // namespace

const Theme& theme(bool is_dark) { return is_dark ? dark : light; }

ImU32 faded(ImU32 color, float opacity) {
  const auto alpha = static_cast<float>(color >> IM_COL32_A_SHIFT & 255) * opacity;
  return (color & ~IM_COL32_A_MASK) | static_cast<ImU32>(alpha) << IM_COL32_A_SHIFT;
}

void apply(const Theme& theme) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  style.FontSizeBase = text_size;
  style.WindowPadding = {0, 0};
  style.WindowBorderSize = 0;
  style.ChildBorderSize = 0;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.FramePadding = {12, 8};
  style.ItemSpacing = {8, 8};
  style.FrameRounding = 6;
  style.PopupRounding = 8;
  style.ScrollbarRounding = 6;
  style.ScrollbarSize = 10;
  style.GrabRounding = 6;
  style.DisabledAlpha = 0.45F;
  ImVec4* colors = style.Colors;
  colors[ImGuiCol_Text] = vector(theme.text);
  colors[ImGuiCol_TextDisabled] = vector(theme.quiet);
  colors[ImGuiCol_WindowBg] = vector(theme.background);
  colors[ImGuiCol_ChildBg] = vector(theme.background, 0);
  colors[ImGuiCol_PopupBg] = vector(theme.background);
  colors[ImGuiCol_Border] = vector(theme.line);
  colors[ImGuiCol_FrameBg] = vector(theme.soft);
  colors[ImGuiCol_FrameBgHovered] = vector(theme.line);
  colors[ImGuiCol_FrameBgActive] = vector(theme.line);
  colors[ImGuiCol_Button] = vector(theme.soft);
  colors[ImGuiCol_ButtonHovered] = vector(theme.line);
  colors[ImGuiCol_ButtonActive] = vector(theme.accent, 0.35F);
  colors[ImGuiCol_Header] = vector(theme.accent, 0.18F);
  colors[ImGuiCol_HeaderHovered] = vector(theme.accent, 0.12F);
  colors[ImGuiCol_HeaderActive] = vector(theme.accent, 0.25F);
  colors[ImGuiCol_PlotHistogram] = vector(theme.accent);
  colors[ImGuiCol_Tab] = vector(theme.background, 0);
  colors[ImGuiCol_TabHovered] = vector(theme.accent, 0.12F);
  colors[ImGuiCol_TabSelected] = vector(theme.soft);
  colors[ImGuiCol_TabSelectedOverline] = vector(theme.accent);
  colors[ImGuiCol_TableHeaderBg] = vector(theme.background);
  colors[ImGuiCol_TableBorderLight] = vector(theme.line);
  colors[ImGuiCol_TableBorderStrong] = vector(theme.line);
  colors[ImGuiCol_CheckMark] = vector(theme.accent);
  colors[ImGuiCol_Separator] = vector(theme.line);
  colors[ImGuiCol_ScrollbarBg] = vector(theme.background, 0);
  colors[ImGuiCol_ScrollbarGrab] = vector(theme.quiet, 0.35F);
  colors[ImGuiCol_ScrollbarGrabHovered] = vector(theme.quiet, 0.55F);
  colors[ImGuiCol_ScrollbarGrabActive] = vector(theme.quiet, 0.7F);
  colors[ImGuiCol_NavCursor] = vector(theme.accent);
  colors[ImGuiCol_TextSelectedBg] = vector(theme.accent, 0.3F);
  apply_to_plots(theme);
}

}  // namespace convlab
