#include "app/widgets/text.h"

#include <algorithm>
#include <cfloat>

#include "app/fonts.h"

namespace convlab {

void draw_text(float size, ImVec2 position, ImU32 color, std::string_view text) {
  if (text.empty()) return;  // its data may be a null pointer, which ImGui would read
  ImGui::GetWindowDrawList()->AddText(ImGui::GetFont(), size, position, color, text.data(),
                                      text.data() + text.size());
}

ImVec2 measure_text(float size, std::string_view text) {
  if (text.empty()) return {0, 0};
  return ImGui::GetFont()->CalcTextSizeA(size, FLT_MAX, 0, text.data(), text.data() + text.size());
}

std::string shortened(float size, std::string_view text, float width) {
  if (measure_text(size, text).x <= width) return std::string(text);
  while (!text.empty()) {
    // Never cuts within a UTF-8 character.
    do text.remove_suffix(1);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    const std::string candidate = std::string(text) + "…";
    if (measure_text(size, candidate).x <= width) return candidate;
  }
  return {};
}

float draw_heading(const Rect& rect, ImU32 color, std::string_view title, ImU32 remark_color,
                   std::string_view remark) {
  draw_text(text_size, {rect.x, rect.y}, color, title);
  const float room = rect.width - measure_text(text_size, title).x - 12;
  const std::string shown = shortened(small_text_size, remark, room);
  const float width = measure_text(small_text_size, shown).x;
  draw_text(small_text_size, {rect.right() - width, rect.y + 2}, remark_color, shown);
  return heading_height;
}

void draw_empty(const Rect& rect, ImU32 color, ImU32 background, std::string_view text) {
  const std::string shown = shortened(text_size, text, rect.width - 16);
  const ImVec2 size = measure_text(text_size, shown);
  const ImVec2 at{rect.x + (rect.width - size.x) / 2, rect.y + (rect.height - size.y) / 2};
  ImGui::GetWindowDrawList()->AddRectFilled({at.x - 8, at.y - 4},
                                            {at.x + size.x + 8, at.y + size.y + 4}, background);
  draw_text(text_size, at, color, shown);
}

void show_tooltip(const char* text) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(10, 8));
  ImGui::SetTooltip("%s", text);
  ImGui::PopStyleVar();
}

}  // namespace convlab
