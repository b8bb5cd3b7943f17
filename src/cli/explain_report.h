#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engine/replies.h"
#include "explain/pictures.h"

namespace convlab {

/// What `convlab explain` shows of a result.
struct ExplainReport {
  std::string text;             ///< lines for people, without a final line break
  nlohmann::ordered_json json;  ///< without event, model and image
  Picture picture;
};

ExplainReport report_of(const ExplainedImage& result);
ExplainReport report_of(const FilterImages& result);
/// Feature maps.
ExplainReport report_of(const LayerOutput& result);
ExplainReport report_of(const PixelSum& result);

}  // namespace convlab
