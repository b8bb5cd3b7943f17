#include "backend/winograd_key.h"

#include "backend/xnnpack/winograd_choice.h"

namespace convlab {

std::string winograd_key(const Backend& backend) {
  std::string key(winograd_names[static_cast<size_t>(backend.winograd())]);
  const bool has_table = backend.name() == "xnnpack" && backend.winograd() == Winograd::automatic;
  if (has_table) key += "-" + winograd_table_hash();
  return key;
}

}  // namespace convlab
