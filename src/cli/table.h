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

/// Returns a text table: titles, a horizontal rule, the rows, a rule. Takes at least one column;
/// all must have the same number of cells. Cells may contain any UTF-8.
std::string table_text(const std::vector<Column>& columns);

}  // namespace convlab
