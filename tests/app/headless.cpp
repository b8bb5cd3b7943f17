#include "app/headless.h"

#include <imgui.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>

namespace convlab {

void HeadlessGraphics::attach() {
  ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
}

void HeadlessGraphics::detach() {
  CHECK(textures.empty());
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    texture->SetTexID(ImTextureID_Invalid);
    texture->SetStatus(ImTextureStatus_Destroyed);
  }
}

TextureId HeadlessGraphics::upload(TextureId id, int width, int height,
                                   std::span<const uint32_t> pixels) {
  CHECK(pixels.size() == static_cast<size_t>(width) * static_cast<size_t>(height));
  ++uploads;
  if (id == 0) id = ++last_;
  textures.insert(id);
  return id;
}

void HeadlessGraphics::release(TextureId id) { CHECK(textures.erase(id) == 1); }

FrameStats HeadlessGraphics::frame(View& view, const Surface& surface, float seconds) {
  const FrameStats stats = view.build(surface, seconds);
  const ImDrawData& data = *ImGui::GetDrawData();
  bool finite = true;
  for (const ImDrawList* list : data.CmdLists) {
    for (const ImDrawVert& vertex : list->VtxBuffer)
      finite = finite && std::isfinite(vertex.pos.x) && std::isfinite(vertex.pos.y);
  }
  CHECK(finite);
  for (ImTextureData* texture : *data.Textures) {
    if (texture->Status == ImTextureStatus_OK) continue;
    ++texture_updates;
    const bool destroy = texture->Status == ImTextureStatus_WantDestroy;
    texture->SetTexID(destroy ? ImTextureID_Invalid : 1000);
    texture->SetStatus(destroy ? ImTextureStatus_Destroyed : ImTextureStatus_OK);
  }
  return stats;
}

}  // namespace convlab
