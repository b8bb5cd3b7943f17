#include <array>
#include <optional>
#include <vector>

#include "data/archives.h"
#include "data/file_set.h"
#include "data/formats/archive.h"
#include "data/inflated_file.h"
#include "fuzz/target_parts.h"

namespace convlab {

namespace {

constexpr uint64_t max_archived = 1 << 16;

template <Archive (*index)(std::shared_ptr<const ByteSource>)>
void read_archive(std::span<const uint8_t> input) {
  const Archive archive = index(memory_source(fuzz_source, {input.begin(), input.end()}));
  std::optional<Error> first;  // the others are read nevertheless
  for (const ArchiveFile& file : archive.files) {
    expect(must([&] { return checked_path(file.path, fuzz_source); }) == file.path);
    if (file.size > max_archived) continue;
    try {
      const Bytes read = read_archived(archive, file, max_archived);
      expect(read.size() == file.size);
    } catch (const Error& error) {
      if (!first) first = error;
    }
  }
  if (first) throw *first;
}

std::vector<Bytes> tar_seeds() {
  return {
      make_tar({{"a/1.png", Bytes(600, 3)}, {"x", pax_record("path", "b/2.png"), 'x'}, {"-", {1}}}),
      make_tar({{"././@LongLink", Bytes(120, 'n'), 'L'}, {"nnn", {1, 2}, '0', "prefix"}})};
}

std::vector<Bytes> zip_seeds() {
  return {make_zip({{"a/1.png", Bytes(600, 3), true}, {"b/2.png", {1, 2}}}, "comment")};
}

// Each entry of a list of files can name the same bytes.
void read_gzip(std::span<const uint8_t> input) {
  constexpr size_t count = 512;
  const auto file = memory_source(fuzz_source, {input.begin(), input.end()});
  expect(inflated_start(*file, count).size() <= count);
  is_archive(*file);
  Inflater inflater(Inflater::Form::gzip, [&](std::span<const uint8_t> bytes) {
    expect(!bytes.empty() && bytes.size() <= 1 << 16U);
  });
  if (!inflater.write(input)) fail("damaged: {}", inflater.problem());
}

std::vector<Bytes> gzip_seeds() {
  Bytes two = gzip(make_tar({{"a/1.png", {1, 2}}}));
  add_bytes(two, gzip(Bytes(3, 9)));
  return {two, gzip(Bytes{})};
}

constexpr std::array targets{
    FuzzTarget{"tar archive", read_archive<index_tar>, tar_seeds, 100},
    FuzzTarget{"zip archive", read_archive<index_zip>, zip_seeds, 20'000},
    FuzzTarget{"gzip file", read_gzip, gzip_seeds, 10'000},
};

}  // namespace

std::span<const FuzzTarget> archive_targets() { return targets; }

}  // namespace convlab
