#include "cli/table.h"

#include <algorithm>

#include "cli/text.h"

namespace convlab {

namespace {

size_t width(const Column& column) {
  size_t max = columns_of(column.title);
  for (const std::string& cell : column.cells) max = std::max(max, columns_of(cell));
  return max;
}

constexpr size_t gap = 2;  // spaces between columns

/// Returns one line with the text that `cell` returns for each column, without trailing spaces.
template <class Cell>
std::string table_line(const std::vector<Column>& columns, Cell cell) {
  std::string line;
  for (const Column& column : columns) {
    const std::string& text = cell(column);
    const std::string space(width(column) - columns_of(text), ' ');
    line += column.align == Align::left ? text + space : space + text;
    line.append(gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string rule_below(const std::vector<Column>& columns) {
  size_t total = 0;
  for (const Column& column : columns) total += width(column) + gap;
  std::string rule;
  for (size_t i = gap; i < total; ++i) rule += "─";
  return rule + "\n";
}

}  // namespace

std::string table_text(const std::vector<Column>& columns) {
  const std::string rule = rule_below(columns);
  std::string text = table_line(columns, [](const Column& c) -> auto& { return c.title; }) + rule;
  for (size_t row = 0; row < columns[0].cells.size(); ++row)
    text += table_line(columns, [row](const Column& c) -> auto& { return c.cells[row]; });
  return text + rule;
}

}  // namespace convlab
