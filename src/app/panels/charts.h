#pragma once

#include "app/layout.h"
#include "app/theme.h"
#include "engine/protocol.h"

namespace convlab {

/// Loss and accuracy over the epochs, of training and validation.
void draw_loss_chart(const Snapshot& snapshot, const Rect& rect, const Theme& theme);
void draw_accuracy_chart(const Snapshot& snapshot, const Rect& rect, const Theme& theme);

}  // namespace convlab
