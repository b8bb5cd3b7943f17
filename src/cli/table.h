#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace convlab {

enum class Align : uint8_t { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  std::vector<std::string> cells;
};

/// Columns of as many cells, side by side: their titles, a rule, the cells, a rule. Cells may hold
/// any UTF-8. There is one column at least.
std::string table_text(const std::vector<Column>& columns);

}  // namespace convlab
