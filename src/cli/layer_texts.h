#pragma once

#include <string>

#include "nn/layer_info.h"

/// The info of the layers (nn/layer_info.h) as text.
namespace convlab {

/// A line for each kind, 80 columns wide.
std::string layer_list_text();
/// All about one kind, 80 columns wide.
std::string layer_text(const LayerPage& page);
/// All about all kinds, as a Markdown page.
std::string layers_markdown();

}  // namespace convlab
