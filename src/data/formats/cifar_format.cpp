#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"
#include "data/formats/cifar.h"
#include "data/formats/format.h"
#include "data/memory_dataset.h"
#include "data/spread_order.h"

namespace convlab {

namespace {

constexpr uint64_t max_bytes = uint64_t{1} << 30U;
constexpr size_t image_bytes =
    size_t{CifarImages::side} * CifarImages::side * CifarImages::channels;

/// data_batch_1.bin, test_batch.bin; train.bin, test.bin.
SplitPart cifar_part(std::string_view path) {
  const std::string_view name = file_name_of(path);
  if (!name.ends_with(".bin")) return SplitPart::unknown;
  if (name.starts_with("data_batch") || name == "train.bin") return SplitPart::train;
  return name == "test_batch.bin" || name == "test.bin" ? SplitPart::test : SplitPart::unknown;
}

bool recognizes(const FileSet& files) {
  return std::any_of(files.files().begin(), files.files().end(), [](const FileEntry& file) {
    return cifar_part(file.path) != SplitPart::unknown;
  });
}

/// The lines of a file of class names, such as batches.meta.txt; empty if there is none.
std::vector<std::string> read_names(const FileSet& files, std::string_view wanted) {
  constexpr uint64_t max_text = 1U << 20U;
  for (size_t i = 0; i < files.files().size(); ++i) {
    if (file_name_of(files.files()[i].path) != wanted) continue;
    std::vector<std::string> names(1);
    for (const uint8_t byte : files.read(i, max_text)) {
      if (byte == '\n') {
        names.emplace_back();
      } else if (byte != '\r') {
        names.back() += static_cast<char>(byte);
      }
    }
    std::erase(names, "");
    std::transform(names.begin(), names.end(), names.begin(), escaped_utf8);
    return names;
  }
  return {};
}

std::vector<std::string> class_names(const FileSet& files, const FormatOptions& options) {
  if (!options.class_names.empty()) return options.class_names;
  const std::string_view file = options.cifar_labels == CifarLabels::single ? "batches.meta.txt"
                                : options.cifar_labels == CifarLabels::fine
                                    ? "fine_label_names.txt"
                                    : "coarse_label_names.txt";
  std::vector<std::string> names = read_names(files, file);
  if (names.empty()) fail("[cifar] {}: no class names; expected a file {}", files.name(), file);
  return names;
}

/// The files of train.bin are labelled twice, unlike those of CIFAR-10.
CifarLabels labels_of(const FileSet& files, const FormatOptions& options) {
  const bool is_100 = std::any_of(files.files().begin(), files.files().end(), [](const auto& file) {
    return file_name_of(file.path) == "train.bin";
  });
  if (!is_100) return CifarLabels::single;
  return options.cifar_labels == CifarLabels::coarse ? CifarLabels::coarse : CifarLabels::fine;
}

std::shared_ptr<const Dataset> read_part(const FileSet& files, const FormatOptions& options,
                                         SplitPart part) {
  CifarImages all;
  for (size_t i = 0; i < files.files().size(); ++i) {
    if (cifar_part(files.files()[i].path) != part) continue;
    CifarImages images =
        parse_cifar(files.read(i, max_bytes), options.cifar_labels,
                    static_cast<int64_t>(options.class_names.size()), files.title(i));
    all.labels.insert(all.labels.end(), images.labels.begin(), images.labels.end());
    all.pixels.insert(all.pixels.end(), images.pixels.begin(), images.pixels.end());
  }
  if (all.count() == 0) {
    fail("[cifar] {}: no {} images; expected {}", files.name(),
         part == SplitPart::train ? "training" : "test",
         part == SplitPart::train ? "data_batch_1.bin and so on, or train.bin"
                                  : "test_batch.bin or test.bin");
  }
  auto dataset = std::make_shared<MemoryDataset>(
      options.name, Shape{CifarImages::side, CifarImages::side, CifarImages::channels},
      options.class_names, all.count());
  if (part == SplitPart::train) {
    const SpreadOrder order(all.count());
    dataset->append(order.apply(all.pixels, image_bytes), order.apply(all.labels, 1), files.name());
  } else {
    dataset->append(all.pixels, all.labels, files.name());
  }
  return dataset;
}

DatasetSplits open(const std::shared_ptr<const FileSet>& files, const FormatOptions& given) {
  FormatOptions options = given;
  options.cifar_labels = labels_of(*files, given);
  options.class_names = class_names(*files, options);
  return {.train = read_part(*files, options, SplitPart::train),
          .test = read_part(*files, options, SplitPart::test)};
}

}  // namespace

const DataFormat cifar_format{
    .name = "cifar",
    .expects =
        "CIFAR's binary files: data_batch_1.bin and so on with test_batch.bin, or train.bin "
        "with test.bin",
    .recognizes = recognizes,
    .open = open};

}  // namespace convlab
