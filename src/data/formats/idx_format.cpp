#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/formats/byte_stream.h"
#include "data/formats/format.h"
#include "data/formats/idx.h"
#include "data/memory_dataset.h"
#include "data/selected_dataset.h"
#include "data/spread_order.h"

namespace convlab {

namespace {

constexpr uint64_t max_images_file_bytes = uint64_t{1} << 31U;

/// "train-images" of train-images-idx3-ubyte.gz, train-images.idx3-ubyte and train-images.idx;
/// empty if the name is not that of an IDX file.
std::string stem_of(std::string_view path) {
  std::string_view name = file_name_of(path);
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (name.ends_with("-ubyte")) name.remove_suffix(6);
  for (const std::string_view ending : {".idx", "idx1", "idx3"}) {
    if (!name.ends_with(ending) || name.size() <= ending.size() + 1) continue;
    name.remove_suffix(ending.size());
    if (name.ends_with('-') || name.ends_with('.')) name.remove_suffix(1);
    return std::string(name);
  }
  return {};
}

bool is_labels(std::string_view path) {
  const std::string_view name = file_name_of(path);
  return name.find("idx1") != std::string_view::npos ||
         name.find("label") != std::string_view::npos;
}

/// What the names of all files of a data set have in common: the stem without the words for its
/// parts and without what separates words.
std::string family_of(std::string_view path) {
  std::string text = stem_of(path);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const std::string_view word : {"train", "t10k", "testing", "test", "validation", "val",
                                      "images", "image", "labels", "label"}) {
    const size_t at = text.find(word);
    if (at != std::string::npos) text.erase(at, word.size());
  }
  std::erase_if(text, [](char c) { return c == '-' || c == '_' || c == '.'; });
  return text;
}

/// The name of a file with labels for one with images, or the other way round.
std::string other_half(std::string name) {
  const auto exchange = [&](std::string_view a, std::string_view b) {
    for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
      const size_t at = name.find(from);
      if (at == std::string::npos) continue;
      name.replace(at, from.size(), to);
      return;
    }
  };
  exchange("image", "label");
  exchange("idx3", "idx1");
  return name;
}

struct Pair {
  std::optional<size_t> images;
  std::optional<size_t> labels;
};

/// The images and labels of each part. A file that lies there plain and as .gz counts once.
std::map<SplitPart, Pair> find_pairs(const FileSet& files) {
  std::map<SplitPart, Pair> pairs;
  for (size_t i = 0; i < files.files().size(); ++i) {
    const std::string& path = files.files()[i].path;
    const std::string stem = stem_of(path);
    if (stem.empty()) continue;
    Pair& pair =
        pairs[part_of(file_name_of(path)) == SplitPart::test ? SplitPart::test : SplitPart::train];
    std::optional<size_t>& place = is_labels(path) ? pair.labels : pair.images;
    if (place && stem_of(files.files()[*place].path) != stem) {
      fail(
          "[idx] {} and {} both look like the {} of one part; put each data set into a folder of "
          "its own",
          files.title(*place), files.title(i), is_labels(path) ? "labels" : "images");
    }
    if (!place) place = i;
  }
  return pairs;
}

bool recognizes(const FileSet& files) {
  return std::any_of(files.files().begin(), files.files().end(),
                     [](const FileEntry& file) { return !stem_of(file.path).empty(); });
}

/// Class names as in the options, or the numbers up to the largest label.
std::vector<std::string> names_for(const std::vector<uint8_t>& labels,
                                   const std::vector<std::string>& known) {
  if (!known.empty()) return known;
  std::vector<std::string> names;
  for (int i = 0; i <= *std::max_element(labels.begin(), labels.end()); ++i)
    names.push_back(std::to_string(i));
  return names;
}

struct Images {
  IdxImages images;
  std::vector<uint8_t> labels;
  std::string source;
};

Images read_pair(const FileSet& files, const Pair& pair, const FormatOptions& options) {
  if (!pair.images || !pair.labels) {
    const size_t other = pair.images ? *pair.images : *pair.labels;
    fail("[idx] {}: no file of {} belongs to {}; expected it beside it, such as {}", files.name(),
         pair.images ? "labels" : "images", files.title(other),
         other_half(std::string(file_name_of(files.files()[other].path))));
  }
  const std::string images_file = files.title(*pair.images);
  const std::string labels_file = files.title(*pair.labels);
  constexpr int64_t max_classes = 256;
  const int64_t classes =
      options.class_names.empty() ? max_classes : static_cast<int64_t>(options.class_names.size());
  std::vector<uint8_t> labels =
      parse_idx_labels(files.read(*pair.labels, max_labels_file_bytes), classes, labels_file);
  IdxImages images = parse_idx_images(files.read(*pair.images, max_images_file_bytes), images_file);
  if (options.image && Shape{images.height, images.width, 1} != *options.image) {
    fail("[data] {}: images of {}×{}; expected {}×{} for {}", images_file, images.height,
         images.width, (*options.image)[0], (*options.image)[1], options.name);
  }
  if (std::cmp_not_equal(images.count, labels.size())) {
    fail("[data] {} has {} but {} {}; expected equal counts", images_file,
         counted(images.count, "image"), labels_file, counted(labels.size(), "label"));
  }
  return {std::move(images), std::move(labels), images_file};
}

std::shared_ptr<const Dataset> make_dataset(const Images& part, const FormatOptions& options,
                                            const std::vector<std::string>& names, bool spread) {
  const Shape shape{part.images.height, part.images.width, 1};
  auto dataset = std::make_shared<MemoryDataset>(options.name, shape, names, part.images.count);
  if (!spread) {
    dataset->append(part.images.pixels, part.labels, part.source);
    return dataset;
  }
  const SpreadOrder order(part.images.count);
  dataset->append(order.apply(part.images.pixels, static_cast<size_t>(shape.elements())),
                  order.apply(part.labels, 1), part.source);
  return dataset;
}

DatasetSplits open(const std::shared_ptr<const FileSet>& files, const FormatOptions& options) {
  std::map<SplitPart, Pair> pairs = find_pairs(*files);
  if (!pairs.contains(SplitPart::train)) {
    pairs[SplitPart::train] = pairs[SplitPart::test];
    pairs.erase(SplitPart::test);
  }
  const Images train = read_pair(*files, pairs[SplitPart::train], options);
  if (!pairs.contains(SplitPart::test)) {
    const auto whole =
        make_dataset(train, options, names_for(train.labels, options.class_names), true);
    return split_off_test(whole, options.test_fraction, options.seed);
  }
  const Images test = read_pair(*files, pairs[SplitPart::test], options);
  if (test.images.height != train.images.height || test.images.width != train.images.width) {
    fail("[data] {} has images of {}×{} but {} of {}×{}; expected equal sizes", train.source,
         train.images.height, train.images.width, test.source, test.images.height,
         test.images.width);
  }
  std::vector<uint8_t> labels = train.labels;
  labels.insert(labels.end(), test.labels.begin(), test.labels.end());
  const std::vector<std::string> names = names_for(labels, options.class_names);
  return {.train = make_dataset(train, options, names, true),
          .test = make_dataset(test, options, names, false)};
}

}  // namespace

std::vector<std::string> idx_partners(std::string_view name,
                                      const std::vector<std::string>& others) {
  std::vector<std::string> partners;
  if (stem_of(name).empty()) return partners;
  for (const std::string& other : others) {
    if (!stem_of(other).empty() && family_of(other) == family_of(name)) partners.push_back(other);
  }
  return partners;
}

const DataFormat idx_format{
    .name = "idx",
    .expects =
        "IDX files, plain or .gz, as MNIST has them: train-images-idx3-ubyte, "
        "train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
    .recognizes = recognizes,
    .open = open};

}  // namespace convlab
