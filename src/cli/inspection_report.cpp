#include "cli/inspection_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <iterator>
#include <vector>

#include "cli/table.h"
#include "core/counted.h"
#include "core/format.h"
#include "core/utf8.h"

namespace convlab {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t listed_unreadable = 20;
constexpr size_t listed_duplicates = 10;
constexpr double large_imbalance = 2;

std::string commas(int64_t count) { return with_commas(static_cast<double>(count)); }

std::string images(int64_t count, const std::string& noun) {
  return with_commas(static_cast<double>(count), noun);
}

std::string size_text(const StoredSize& size) {
  return fmt::format("{}×{}", size.width, size.height);
}

const StoredSize& most_frequent(const Inspection& result) {
  return *std::max_element(
      result.sizes.begin(), result.sizes.end(),
      [](const StoredSize& a, const StoredSize& b) { return a.images < b.images; });
}

std::string sizes_text(const Inspection& result) {
  if (result.sizes.size() == 1)
    return fmt::format("  size (width×height): all {}\n", size_text(result.sizes[0]));
  const StoredSize& frequent = most_frequent(result);
  return fmt::format("  sizes (width×height): {} different, from {} to {}; most frequent {}, {}\n",
                     commas(static_cast<int64_t>(result.sizes.size())),
                     size_text(result.sizes.front()), size_text(result.sizes.back()),
                     size_text(frequent), images(frequent.images, "image"));
}

std::string pixels_text(const Shape& image, const Inspection& result) {
  if (result.sizes.empty()) return "";
  std::string text = sizes_text(result);
  text +=
      fmt::format("  channels: {} grey, {} colour\n", commas(result.grey), commas(result.color));
  text += fmt::format("  values: {} to {}\n", result.min, result.max);
  if (result.mean.empty()) return text;
  const std::string shape =
      result.sizes.size() == 1 ? "" : fmt::format(" at {}×{}", image[1], image[0]);
  text += fmt::format("  training pixels{}, 0 to 1: mean {:.4f}, standard deviation {:.4f}\n",
                      shape, fmt::join(result.mean, " "), fmt::join(result.deviation, " "));
  return text;
}

std::string class_table(const Dataset& train, const Inspection& result) {
  std::vector<Column> columns{{"class", Align::left, {}},
                              {"training images", Align::right, {}},
                              {"test images", Align::right, {}},
                              {"share of training", Align::right, {}}};
  const auto total = static_cast<double>(std::max<int64_t>(train.size(), 1));
  for (size_t c = 0; c < train.class_names().size(); ++c) {
    const int64_t count = result.train.images_per_class[c];
    columns[0].cells.push_back(escaped_utf8(train.class_names()[c]));
    columns[1].cells.push_back(commas(count));
    columns[2].cells.push_back(commas(result.test.images_per_class[c]));
    columns[3].cells.push_back(percent(static_cast<double>(count) / total));
  }
  return table_text(columns);
}

/// "note: no training images of cat, dog"
std::string empty_classes(const Dataset& train, const std::vector<int64_t>& counts,
                          const char* part) {
  std::vector<std::string> names;
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) names.push_back(escaped_utf8(train.class_names()[c]));
  }
  if (names.empty()) return "";
  return fmt::format("note: no {} images of {}\n", part, fmt::join(names, ", "));
}

std::string balance_text(const Dataset& train, const Inspection& result) {
  std::string text = empty_classes(train, result.train.images_per_class, "training") +
                     empty_classes(train, result.test.images_per_class, "test");
  const double imbalance = class_imbalance(result.train.images_per_class);
  if (imbalance > large_imbalance) {
    text += fmt::format(
        "note: the largest class has {:.1f} times as many training images as the smallest; "
        "--class-weights balanced evens that out\n",
        imbalance);
  }
  return text;
}

/// "… and 12 more" below a list of `listed`, if there are more.
std::string more_text(size_t listed, size_t all) {
  if (all <= listed) return "";
  return fmt::format("  … and {} more\n", commas(static_cast<int64_t>(all - listed)));
}

std::string duplicates_text(const Dataset& part, const Dataset& train,
                            const std::vector<DuplicateImage>& duplicates) {
  std::string text;
  for (size_t i = 0; i < std::min(duplicates.size(), listed_duplicates); ++i) {
    const auto [index, original] = duplicates[i];
    text += fmt::format("  {} = {}", escaped_utf8(part.image_name(index)),
                        escaped_utf8(train.image_name(original)));
    const auto name = [&](int32_t label) {
      return escaped_utf8(train.class_names()[static_cast<size_t>(label)]);
    };
    const int32_t label = part.label(index);
    const int32_t other = train.label(original);
    text += label == other ? "\n" : fmt::format(" (class {}, not {})\n", name(label), name(other));
  }
  return text + more_text(listed_duplicates, duplicates.size());
}

std::string all_duplicates_text(const DatasetSplits& splits, const Inspection& result) {
  const auto within = static_cast<int64_t>(result.train.duplicates.size());
  const auto among = static_cast<int64_t>(result.test.duplicates.size());
  if (within == 0 && among == 0) return "no duplicates\n";
  std::string text;
  if (within > 0) {
    text += fmt::format("{} equal to an earlier one:\n", images(within, "training image")) +
            duplicates_text(*splits.train, *splits.train, result.train.duplicates);
  }
  if (among > 0) {
    text += fmt::format("{} equal to a training image:\n", images(among, "test image")) +
            duplicates_text(*splits.test, *splits.train, result.test.duplicates);
  }
  return text;
}

std::string unreadable_text(const Inspection& result) {
  std::vector<UnreadableImage> all = result.train.unreadable;
  all.insert(all.end(), result.test.unreadable.begin(), result.test.unreadable.end());
  if (all.empty()) return "no unreadable images\n";
  std::string text = images(static_cast<int64_t>(all.size()), "unreadable image") + ":\n";
  for (size_t i = 0; i < std::min(all.size(), listed_unreadable); ++i)
    text += fmt::format("  {}\n", escaped_utf8(all[i].reason));
  return text + more_text(listed_unreadable, all.size());
}

Json size_json(const StoredSize& size) {
  return {{"width", size.width}, {"height", size.height}, {"images", size.images}};
}

Json part_json(const Dataset& part, const Dataset& train, const PartInspection& result) {
  Json unreadable = Json::array();
  for (const UnreadableImage& image : result.unreadable)
    unreadable.push_back({{"image", part.image_name(image.index)}, {"reason", image.reason}});
  Json duplicates = Json::array();
  for (const DuplicateImage& image : result.duplicates) {
    duplicates.push_back({{"image", part.image_name(image.index)},
                          {"original", train.image_name(image.original)},
                          {"same_class", part.label(image.index) == train.label(image.original)}});
  }
  return {{"images", part.size()},
          {"images_per_class", result.images_per_class},
          {"unreadable", unreadable},
          {"duplicates", duplicates}};
}

}  // namespace

std::string inspection_text(const DatasetSplits& splits, const Inspection& result) {
  const Dataset& train = *splits.train;
  std::string text =
      fmt::format("{}: {} and {}, {}\n", train.name(), images(train.size(), "training image"),
                  images(splits.test->size(), "test image"), counted(train.classes(), "class"));
  text += pixels_text(train.image_shape(), result);
  text += "\n" + class_table(train, result) + balance_text(train, result);
  for (const std::string& note : splits.notes) text += "note: " + note + "\n";
  return text + all_duplicates_text(splits, result) + unreadable_text(result);
}

Json inspection_json(const DatasetSplits& splits, const Inspection& result) {
  const Dataset& train = *splits.train;
  const Shape& image = train.image_shape();
  Json json{{"event", "inspection"},
            {"data", train.name()},
            {"class_names", train.class_names()},
            {"image", {image[0], image[1], image[2]}},
            {"train", part_json(train, train, result.train)},
            {"test", part_json(*splits.test, train, result.test)},
            {"grey", result.grey},
            {"color", result.color},
            {"mean", result.mean},
            {"deviation", result.deviation},
            {"class_imbalance", class_imbalance(result.train.images_per_class)},
            {"notes", splits.notes}};
  if (result.sizes.empty()) return json;
  json["sizes"] = {{"different", result.sizes.size()},
                   {"smallest", size_json(result.sizes.front())},
                   {"largest", size_json(result.sizes.back())},
                   {"most_frequent", size_json(most_frequent(result))}};
  json["min"] = result.min;
  json["max"] = result.max;
  return json;
}

}  // namespace convlab
