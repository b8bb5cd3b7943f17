#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/utf8.h"
#include "data/encoded_dataset.h"
#include "data/formats/format.h"
#include "data/image_decoder.h"
#include "data/imagenet_classes.h"
#include "data/selected_dataset.h"
#include "data/spread_order.h"

namespace convlab {

namespace {

constexpr std::array endings{".jpg", ".jpeg", ".png", ".bmp", ".gif"};
constexpr int64_t default_side = 128;
constexpr size_t probed_images = 32;

bool is_image(std::string_view path) {
  std::string ending(path.substr(std::min(path.find_last_of('.'), path.size())));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool recognizes(const FileSet& files) {
  return std::any_of(files.files().begin(), files.files().end(),
                     [](const FileEntry& file) { return is_image(file.path); });
}

/// An image file, its class and its part.
struct Found {
  uint32_t file = 0;
  std::string folder;
  SplitPart part = SplitPart::unknown;
};

/// The part that a folder is named after: train, val, valid, validation, test.
SplitPart part_folder(std::string_view name) {
  for (const std::string_view known : {"train", "training"}) {
    if (name == known) return SplitPart::train;
  }
  for (const std::string_view known : {"val", "valid", "validation", "test", "testing"}) {
    if (name == known) return SplitPart::test;
  }
  return SplitPart::unknown;
}

/// The folder of an image is its class, the folder before it may be a part.
std::vector<Found> find_images(const FileSet& files) {
  std::vector<Found> found;
  std::set<std::string> without_folder;
  for (size_t i = 0; i < files.files().size(); ++i) {
    const std::string& path = files.files()[i].path;
    if (!is_image(path)) continue;
    const std::string_view folder = folder_of(path);
    const std::string name(file_name_of(folder));
    if (name.empty() || part_folder(name) != SplitPart::unknown) {
      without_folder.insert(path);
      continue;
    }
    found.push_back({static_cast<uint32_t>(i), name, part_folder(file_name_of(folder_of(folder)))});
  }
  if (found.empty()) {
    fail(
        "[data] {}: its images are not in folders; expected a folder for each class, such as "
        "cats/1.jpg and dogs/2.jpg, or train/cats/1.jpg and val/cats/2.jpg",
        files.name());
  }
  // By file name, not by class: numbered files of several folders come in the order of the numbers.
  const auto key = [&](const Found& image) {
    const std::string_view path = files.files()[image.file].path;
    return std::pair(file_name_of(path), path);
  };
  std::sort(found.begin(), found.end(),
            [&](const Found& a, const Found& b) { return key(a) < key(b); });
  return found;
}

/// The folders of the classes, in natural order or that of the options.
std::vector<std::string> class_folders(const std::vector<Found>& found, const FileSet& files,
                                       const FormatOptions& options) {
  std::set<std::string> names;
  for (const Found& image : found) names.insert(image.folder);
  if (options.class_folders.empty()) {
    std::vector<std::string> folders(names.begin(), names.end());
    std::sort(folders.begin(), folders.end(), natural_less);
    return folders;
  }
  for (const std::string& folder : options.class_folders) {
    if (!names.contains(folder))
      fail("[data] {}: no images in a folder {}, a class of {}", files.name(), folder,
           options.name);
  }
  return options.class_folders;
}

/// The size and the number of channels that all of some images have; 3 and default_side where they
/// differ. Unreadable ones do not count.
Shape probe_shape(const FileSet& files, const std::vector<EncodedDataset::Item>& items) {
  std::set<std::pair<int64_t, int64_t>> sizes;
  int64_t channels = 1;
  const size_t count = std::min(items.size(), probed_images);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t file = items[i * items.size() / count].file;
    try {
      const DecodedImage image =
          decode_image(files.read(file, max_image_file_bytes), files.title(file));
      sizes.emplace(image.height, image.width);
      channels = std::max(channels, image.channels);
    } catch (const Error&) {
    }
  }
  if (sizes.empty())
    fail("[data] {}: none of {} can be read", files.name(), counted(count, "image"));
  if (sizes.size() > 1) return {default_side, default_side, channels};
  const auto [height, width] = *sizes.begin();
  return {height, width, channels};
}

std::vector<std::string> names_of(const std::vector<std::string>& folders,
                                  const FormatOptions& options) {
  if (!options.class_names.empty()) return options.class_names;
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    const std::string_view known = imagenet_class(folder);
    names.push_back(known.empty() ? escaped_utf8(folder) : std::string(known));
  }
  return names;
}

std::vector<EncodedDataset::Item> spread(const std::vector<EncodedDataset::Item>& items) {
  const SpreadOrder order(static_cast<int64_t>(items.size()));
  std::vector<EncodedDataset::Item> result;
  result.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    result.push_back(items[static_cast<size_t>(order.image_at(static_cast<int64_t>(i)))]);
  }
  return result;
}

std::string note_of_others(const FileSet& files, size_t images) {
  const size_t others = files.files().size() - images;
  if (others == 0) return {};
  return fmt::format("{} left out, which are no images in a folder of a class",
                     counted(others, "file"));
}

DatasetSplits open(const std::shared_ptr<const FileSet>& files, const FormatOptions& options) {
  const std::vector<Found> found = find_images(*files);
  const std::vector<std::string> folders = class_folders(found, *files, options);
  std::map<std::string, int32_t> labels;
  for (size_t i = 0; i < folders.size(); ++i) labels[folders[i]] = static_cast<int32_t>(i);

  std::map<SplitPart, std::vector<EncodedDataset::Item>> parts;
  size_t used = 0;
  for (const Found& image : found) {
    const auto label = labels.find(image.folder);
    if (label == labels.end()) continue;
    parts[image.part].push_back({image.file, label->second});
    ++used;
  }
  const bool has_parts = parts.contains(SplitPart::train) && parts.contains(SplitPart::test);
  std::vector<EncodedDataset::Item> train =
      std::move(parts[has_parts ? SplitPart::train : SplitPart::unknown]);
  if (!has_parts) {
    for (const SplitPart part : {SplitPart::train, SplitPart::test})
      train.insert(train.end(), parts[part].begin(), parts[part].end());
  }
  train = spread(train);
  const Shape image = options.image ? *options.image : probe_shape(*files, train);
  const auto make = [&](std::vector<EncodedDataset::Item> items) {
    return std::make_shared<const EncodedDataset>(options.name, image, names_of(folders, options),
                                                  files, std::move(items));
  };
  DatasetSplits splits =
      has_parts ? DatasetSplits{.train = make(std::move(train)),
                                .test = make(std::move(parts[SplitPart::test]))}
                : split_off_test(make(std::move(train)), options.test_fraction, options.seed);
  if (const std::string note = note_of_others(*files, used); !note.empty())
    splits.notes.push_back(note);
  if (!has_parts) {
    splits.notes.push_back(
        fmt::format("no folders train and val: {} of {} are set aside as test images",
                    splits.test->size(), splits.test->size() + splits.train->size()));
  }
  return splits;
}

}  // namespace

const DataFormat image_folder_format{
    .name = "folder",
    .expects =
        "images in a folder for each class (cats/1.jpg, dogs/2.png), in folders train and "
        "val or all together; .jpg, .png, .bmp, .gif",
    .recognizes = recognizes,
    .open = open};

}  // namespace convlab
