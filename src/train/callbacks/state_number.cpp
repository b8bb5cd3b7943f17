#include "train/callbacks/state_number.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace convlab {

double number_of(const NamedNumbers& state, std::string_view name) {
  const auto found = std::find_if(state.begin(), state.end(),
                                  [&](const auto& number) { return number.first == name; });
  if (found == state.end()) fail("[callbacks] the state lacks {}", name);
  return found->second;
}

int64_t count_of(const NamedNumbers& state, std::string_view name) {
  const double number = number_of(state, name);
  if (!(number >= 0 && number <= 0x1p53 && number == std::floor(number)))
    fail("[callbacks] {} is {}; expected a whole number from 0 to 2^53", name, number);
  return static_cast<int64_t>(number);
}

}  // namespace convlab
