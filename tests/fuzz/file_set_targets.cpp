#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "data/formats/format.h"
#include "data/image_files.h"
#include "data/own_data_json.h"
#include "data/source_files.h"
#include "fuzz/target_parts.h"

namespace convlab {

namespace {

using Source = std::shared_ptr<const ByteSource>;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The bytes of files as their names tell, each shared by all files of its kind: an image, images
/// and labels of IDX, two images of CIFAR-10, and for a list of classes those of the input.
struct Contents {
  explicit Contents(std::span<const uint8_t> classes)
      : list(memory_source("list", {classes.begin(), classes.end()})) {}

  Source image = memory_source("image", make_png({2, 2}, {0, 1, 2, 0, 3, 4}));
  Source idx_images = memory_source("images", make_idx({5, 1, 3}, Bytes(15, 7)));
  Source idx_labels = memory_source("labels", make_idx({5}, Bytes{0, 1, 0, 1, 1}));
  Source cifar = memory_source("cifar", Bytes(2 * size_t{3073}, 1));
  Source list;

  const Source& of(std::string_view path) const {
    if (path.ends_with(".txt")) return list;
    if (path.ends_with(".bin")) return cifar;
    if (path.find("idx1") != std::string_view::npos) return idx_labels;
    return path.find("idx") != std::string_view::npos ? idx_images : image;
  }
};

void check_order(const std::vector<std::string>& names) {
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      expect(natural_less(a, b) == !(a == b || natural_less(b, a)));
      for (const std::string& c : names)
        expect(natural_less(a, c) || !natural_less(a, b) || !natural_less(b, c));
    }
  }
}

void check_part(const Dataset& part, const std::vector<std::string>& names) {
  expect(part.class_names() == names);
  for (int64_t i = 0; i < part.size(); ++i) {
    expect(part.label(i) >= 0 && part.label(i) < part.classes());
    expect(!part.image_name(i).empty());
  }
}

/// An image may be unreadable, as its name says nothing about its bytes.
void read_first(const Dataset& part) {
  Bytes pixels(static_cast<size_t>(part.image_shape().elements()));
  if (part.size() > 0) ImageReader().read(part, 0, pixels);
}

/// The first line has the folders of the classes, if they are known; each of the others is the path
/// of a file. What follows the last brace is a list of classes.
void read_files(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  const std::string_view text = parts.text.substr(0, std::max<size_t>(parts.text.size(), 1) - 1);
  const std::string_view first = text.substr(0, text.find('\n'));
  const Contents contents(parts.bytes);
  std::vector<SourceFile> files;
  for (const std::string& path : split(text.substr(std::min(first.size() + 1, text.size())), '\n'))
    files.push_back({path, contents.of(path)});
  FormatOptions options{.name = fuzz_source, .class_folders = split(first, ',')};
  options.class_names = options.class_folders;
  const DatasetSplits splits = open_files(open_sources(fuzz_source, std::move(files)), options);
  must([&] {
    std::vector<std::string> names = splits.train->class_names();
    check_part(*splits.train, names);
    check_part(*splits.test, names);
    names.resize(std::min<size_t>(names.size(), 8));
    check_order(names);
  });
  read_first(*splits.train);
  read_first(*splits.test);
}

std::vector<Bytes> file_seeds() {
  return {
      bytes_of("\ntrain/cat/1.png\ntrain/dog/2.JPG\nval/cat/3.bmp\nval/dog/4.gif\ntest/dog/5.png}"),
      bytes_of("\na/no 2/1.png\na/no 10/2.png\na/no 2/3.png\na/no 10/4.png\na/.b/5.png\nREADME\n"
               "b.webp}"),
      bytes_of("b,a\nx/a/1.png\nx/b/2.png\nx/a/3.png\nx/b/4.png\nx/BACKGROUND_Google/5.png}"),
      bytes_of("\ntrain-images-idx3-ubyte.gz\ntrain-labels-idx1-ubyte.gz\n"
               "t10k-images.idx3-ubyte\nt10k-labels.idx1-ubyte}"),
      bytes_of("\nletters-images-idx3-ubyte\nletters-labels-idx1-ubyte}"),
      joined("\ndata_batch_1.bin\ntest_batch.bin\nbatches.meta.txt}",
             bytes_of("ship\r\ntruck\n\n"))};
}

void read_listed_files(std::span<const uint8_t> input) {
  const ListedFiles listed = parse_listed_files(text_of(input));
  expect(listed.files.size() <= ListedFiles::max_files);
  for (const ListedFile& file : listed.files) expect(file.source >= 0 && file.size <= 1ULL << 53U);
}

std::vector<Bytes> listed_files_seeds() {
  return {bytes_of(R"({"name": "photos", "files": [
            {"path": "a/1.png", "size": 70, "source": 0},
            {"path": "ü/2.jpg", "size": 9007199254740992, "source": 2147483647}]})"),
          bytes_of(R"({"name": "", "files": []})")};
}

// A line of a few bytes can stand for two images of CIFAR-10, which are copied some times.
constexpr std::array targets{
    FuzzTarget{"files of a data set", read_files, file_seeds, 20'000},
    FuzzTarget{"list of files", read_listed_files, listed_files_seeds, 500},
};

}  // namespace

std::span<const FuzzTarget> file_set_targets() { return targets; }

}  // namespace convlab
