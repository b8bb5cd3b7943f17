#pragma once

#include <memory>
#include <vector>

#include "app/described_network.h"
#include "app/graphics.h"
#include "app/panels/panel.h"
#include "app/requests.h"
#include "app/view.h"

namespace convlab {

/// Returns all panels of the window in their order from top to bottom. Controls and files have
/// panels only if `operation` has them. `requests` and
/// `network` must outlive the panels.
std::vector<std::unique_ptr<Panel>> make_panels(Graphics& graphics, Operation operation,
                                                Requests& requests, DescribedNetwork& network);

}  // namespace convlab
