#include "app/fonts.h"

#include <span>

#include "app/embedded_font.h"

namespace convlab {

void add_font(ImFontAtlas& atlas) {
  const std::span<const unsigned char> font = embedded_font();
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  // ImGui takes a non-const pointer because it may own the data; here it does not change it.
  atlas.AddFontFromMemoryTTF(const_cast<unsigned char*>(font.data()), static_cast<int>(font.size()),
                             text_size, &config);
}

}  // namespace convlab
