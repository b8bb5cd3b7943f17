#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/graphics.h"
#include "app/panels/panel.h"
#include "app/view.h"

namespace convlab {

/// Returns all panels of the window in their order from top to bottom; the controls are the first
/// if there is an `operation`.
std::vector<std::unique_ptr<Panel>> make_panels(Graphics& graphics,
                                                std::optional<Operation> operation);

}  // namespace convlab
