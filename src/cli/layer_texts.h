#pragma once

#include <string>

#include "nn/layer_info.h"

/// Formats the documentation of the layers (nn/layer_info.h) as text.
namespace convlab {

/// Returns the list of all layer kinds with their summaries, 80 columns wide.
std::string layer_list_text();
/// Returns the full documentation of one layer kind, 80 columns wide.
std::string layer_text(const LayerPage& page);
/// Returns the full documentation of all layer kinds as a Markdown page.
std::string layers_markdown();

}  // namespace convlab
