#include "data/formats/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/counted.h"
#include "core/error.h"
#include "core/utf8.h"

namespace convlab {

namespace {

constexpr std::array formats{&idx_format, &cifar_format, &image_folder_format};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Takes the digits at the front of `text`, and returns them without leading zeros.
std::string_view take_number(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  std::string_view number = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

/// What to do about an archive among the files: the page opens only the outer one.
std::string archive_hint(const FileSet& files) {
  for (const FileEntry& file : files.files()) {
    for (const std::string_view ending : {".tar.gz", ".tgz", ".tar", ".zip"}) {
      if (file.path.ends_with(ending))
        return fmt::format(" ({} is an archive in it: unpack that first)", escaped_utf8(file.path));
    }
  }
  return {};
}

}  // namespace

std::span<const DataFormat* const> data_formats() { return formats; }

const DataFormat& find_format(std::string_view name) {
  for (const DataFormat* format : formats) {
    if (format->name == name) return *format;
  }
  fail("unknown data format '{}'", name);
}

bool is_recognized(const FileSet& files) {
  return std::any_of(formats.begin(), formats.end(),
                     [&](const DataFormat* format) { return format->recognizes(files); });
}

DatasetSplits open_files(const std::shared_ptr<const FileSet>& files,
                         const FormatOptions& options) {
  for (const DataFormat* format : formats) {
    if (!format->recognizes(*files)) continue;
    DatasetSplits splits = format->open(files, options);
    if (!files->left_out().empty())
      splits.notes.push_back(fmt::format("hidden, left out: {}", files->left_out()));
    return splits;
  }
  std::string text;
  for (const DataFormat* format : formats) text += fmt::format("\n  {}", format->expects);
  fail("[data] {}: {}, none of them a known data set{}. Expected one of:{}", files->name(),
       counted(files->files().size(), "file"), archive_hint(*files), text);
}

SplitPart part_of(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  if (has("t10k") || has("test") || has("val")) return SplitPart::test;
  return has("train") ? SplitPart::train : SplitPart::unknown;
}

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

std::string_view folder_of(std::string_view path) {
  const size_t end = path.find_last_of('/');
  return end == std::string_view::npos ? std::string_view() : path.substr(0, end);
}

bool natural_less(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a;
  const std::string_view whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const std::string_view x = take_number(a);
      const std::string_view y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (lower(a[0]) != lower(b[0])) return lower(a[0]) < lower(b[0]);
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;
}

}  // namespace convlab
