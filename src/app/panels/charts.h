#pragma once

#include "app/layout.h"
#include "app/theme.h"
#include "engine/protocol.h"

namespace convlab {

/// Draw loss and accuracy over the epochs, for training and validation.
void draw_loss_chart(const Snapshot& snapshot, const Rect& rect, const Theme& theme);
void draw_accuracy_chart(const Snapshot& snapshot, const Rect& rect, const Theme& theme);

}  // namespace convlab
