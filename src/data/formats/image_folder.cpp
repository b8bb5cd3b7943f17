#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
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
constexpr std::string_view background = "BACKGROUND_Google";  // of Caltech-101

bool is_image(std::string_view path) {
  std::string ending(path.substr(std::min(path.find_last_of('.'), path.size())));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool recognizes(const FileSet& files) {
  return std::any_of(files.files().begin(), files.files().end(),
                     [](const FileEntry& file) { return is_image(file.path); });
}

/// An image file, and where the name of its class begins in its path.
struct Found {
  uint32_t file = 0;
  std::string_view path;
  size_t at = 0;

  /// The folder at `at`; empty if the file itself is there.
  std::string_view folder() const {
    const size_t end = path.find('/', at);
    return end == std::string_view::npos ? std::string_view() : path.substr(at, end - at);
  }
  Found below() const { return {file, path, at + folder().size() + 1}; }
};

/// A part of a data set, by the name of its folder.
enum class PartFolder : uint8_t { none, train, validation, test };

PartFolder part_folder(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), text) != names.end();
  };
  if (is_one_of({"train", "training", "train_set", "training_set", "seg_train"}))
    return PartFolder::train;
  if (is_one_of({"val", "valid", "validation", "val_set", "validation_set"}))
    return PartFolder::validation;
  if (is_one_of({"test", "testing", "test_set", "testing_set", "seg_test"}))
    return PartFolder::test;
  return PartFolder::none;
}

/// Passes over folders that all images share, as those around the data set, but not over the last.
void skip_common(std::vector<Found>& images) {
  const auto goes_on = [&] {
    return !images.empty() && std::all_of(images.begin(), images.end(), [&](const Found& image) {
      return !image.folder().empty() && image.folder() == images.front().folder() &&
             !image.below().folder().empty();
    });
  };
  while (goes_on()) {
    for (Found& image : images) image = image.below();
  }
}

/// The images of each part, in folders of their classes. Without parts, all are `train`.
struct FoundParts {
  std::vector<Found> train;
  std::vector<Found> test;
  std::vector<std::string> notes;  ///< about folders that are not used
  size_t noted = 0;                ///< images that these notes are about
};

FoundParts find_parts(std::vector<Found> images) {
  std::map<PartFolder, std::vector<Found>> parts;
  for (const Found& image : images) {
    // A folder without folders in it is a class, whatever its name.
    const bool is_part = !image.folder().empty() && !image.below().folder().empty();
    const PartFolder part = is_part ? part_folder(image.folder()) : PartFolder::none;
    parts[part].push_back(part == PartFolder::none ? image : image.below());
  }
  if (!parts.contains(PartFolder::train)) return {.train = std::move(images)};
  const bool both = parts.contains(PartFolder::validation) && parts.contains(PartFolder::test);
  const PartFolder test =
      parts.contains(PartFolder::validation) ? PartFolder::validation : PartFolder::test;
  FoundParts found{.train = std::move(parts[PartFolder::train]), .test = std::move(parts[test])};
  if (both) {
    found.notes.push_back(
        fmt::format("{} of the folder for testing are left out, as there is one for validation",
                    counted(parts[PartFolder::test].size(), "image")));
    found.noted = parts[PartFolder::test].size();
  }
  skip_common(found.train);
  skip_common(found.test);
  return found;
}

void drop_without_folder(std::vector<Found>& images) {
  std::erase_if(images, [](const Found& image) { return image.folder().empty(); });
}

/// Leaves out the photos of Caltech-101 that are of none of its classes, as torchvision does.
void drop_background(FoundParts& found) {
  const auto is_background = [](const Found& image) { return image.folder() == background; };
  const size_t count =
      std::erase_if(found.train, is_background) + std::erase_if(found.test, is_background);
  if (count == 0) return;
  found.noted += count;
  found.notes.push_back(
      fmt::format("{} of the folder {} are left out: it is no class of Caltech-101",
                  counted(count, "image"), background));
}

/// Finds the images of a data set: in folders of their classes, which may lie in folders of parts.
/// What lies in a folder of a class, however deep, belongs to it.
FoundParts find_images(const FileSet& files) {
  std::vector<Found> images;
  for (size_t i = 0; i < files.files().size(); ++i) {
    const std::string& path = files.files()[i].path;
    if (is_image(path)) images.push_back({static_cast<uint32_t>(i), path, 0});
  }
  drop_without_folder(images);
  skip_common(images);
  FoundParts found = find_parts(std::move(images));
  drop_without_folder(found.train);
  drop_without_folder(found.test);
  drop_background(found);
  if (found.train.empty()) {
    fail(
        "[data] {}: its images are not in folders; expected a folder for each class, such as "
        "cats/1.jpg and dogs/2.jpg, or train/cats/1.jpg and val/cats/2.jpg",
        files.name());
  }
  // By file name, not by class: numbered files of several folders come in the order of the numbers.
  const auto key = [](const Found& image) {
    return std::pair(file_name_of(image.path), image.path);
  };
  for (std::vector<Found>* part : {&found.train, &found.test}) {
    std::sort(part->begin(), part->end(),
              [&](const Found& a, const Found& b) { return key(a) < key(b); });
  }
  return found;
}

/// The folders of the classes, in natural order or that of the options.
std::vector<std::string> class_folders(const FoundParts& found, const FileSet& files,
                                       const FormatOptions& options) {
  std::set<std::string> names;
  for (const Found& image : found.train) names.emplace(image.folder());
  for (const Found& image : found.test) names.emplace(image.folder());
  if (options.class_folders.empty()) {
    std::vector<std::string> folders(names.begin(), names.end());
    std::sort(folders.begin(), folders.end(), natural_less);
    if (folders.size() == 1) {
      fail(
          "[data] {}: all images are in one folder, {}; expected a folder for each of at least two "
          "classes",
          files.name(), escaped_utf8(folders[0]));
    }
    return folders;
  }
  for (const std::string& folder : options.class_folders) {
    if (!names.contains(folder))
      fail("[data] {}: no images in a folder {}, a class of {}", files.name(), folder,
           options.name);
  }
  return options.class_folders;
}

/// The size and the number of channels that all of some images have; 3 channels where they differ,
/// and default_side where they differ or are larger. Unreadable ones do not count.
Shape probe_shape(const FileSet& files, const std::vector<EncodedDataset::Item>& items) {
  std::set<std::pair<int64_t, int64_t>> sizes;
  int64_t channels = 1;
  std::string reason;
  const size_t count = std::min(items.size(), probed_images);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t file = items[i * items.size() / count].file;
    try {
      const DecodedImage image =
          decode_image(files.read(file, max_image_file_bytes), files.title(file));
      sizes.emplace(image.height, image.width);
      channels = std::max(channels, image.channels);
    } catch (const Error& error) {
      reason = error.what();
    }
  }
  if (sizes.empty()) {
    fail("[data] {}: none of {} can be read; the last: {}", files.name(), counted(count, "image"),
         reason);
  }
  const auto [height, width] = *sizes.begin();
  const bool is_small = height <= default_side && width <= default_side;
  if (sizes.size() > 1 || !is_small) return {default_side, default_side, channels};
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

std::string note_of_others(const FileSet& files, size_t used) {
  const size_t others = files.files().size() - used;
  if (others == 0) return {};
  const auto webp =
      std::count_if(files.files().begin(), files.files().end(),
                    [](const FileEntry& file) { return file.path.ends_with(".webp"); });
  const std::string hint =
      webp == 0 ? "" : fmt::format(" ({} .webp: convert them to .png or .jpg)", webp);
  return fmt::format("{} left out, which are no images in a folder of a class{}",
                     counted(others, "file"), hint);
}

DatasetSplits open(const std::shared_ptr<const FileSet>& files, const FormatOptions& options) {
  const FoundParts found = find_images(*files);
  const std::vector<std::string> folders = class_folders(found, *files, options);
  std::map<std::string_view, int32_t> labels;
  for (size_t i = 0; i < folders.size(); ++i) labels[folders[i]] = static_cast<int32_t>(i);
  const auto items_of = [&](const std::vector<Found>& images) {
    std::vector<EncodedDataset::Item> items;
    for (const Found& image : images) {
      const auto label = labels.find(image.folder());
      if (label != labels.end()) items.push_back({image.file, label->second});
    }
    return items;
  };
  const std::vector<EncodedDataset::Item> train = spread(items_of(found.train));
  const std::vector<EncodedDataset::Item> test = items_of(found.test);
  const Shape image = options.image ? *options.image : probe_shape(*files, train);
  const auto make = [&](std::vector<EncodedDataset::Item> items) {
    return std::make_shared<const EncodedDataset>(options.name, image, names_of(folders, options),
                                                  files, std::move(items));
  };
  DatasetSplits splits = test.empty()
                             ? split_off_test(make(train), options.test_fraction, options.seed)
                             : DatasetSplits{.train = make(train), .test = make(test)};
  if (std::string note = note_of_others(*files, train.size() + test.size() + found.noted);
      !note.empty())
    splits.notes.push_back(std::move(note));
  splits.notes.insert(splits.notes.end(), found.notes.begin(), found.notes.end());
  if (test.empty()) {
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
