#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "data/formats/cifar.h"
#include "data/formats/idx.h"
#include "data/formats/jpeg_info.h"
#include "data/formats/shard.h"
#include "data/image_files.h"
#include "data/packed_catalog.h"
#include "data/resize.h"
#include "data/shards.h"
#include "fuzz/target_parts.h"

namespace convlab {

namespace {

void read_images(std::span<const uint8_t> input) { parse_idx_images(input, fuzz_source); }
void read_labels(std::span<const uint8_t> input) { parse_idx_labels(input, 10, fuzz_source); }

void read_shard(std::span<const uint8_t> input) {
  const Shard shard = parse_shard(input, fuzz_source);
  must([&] { expect(std::ranges::equal(encode_shard(shard), input)); });
}

/// The first shard of the catalog is in the file that follows it.
void read_packed_catalog(std::span<const uint8_t> input) {
  const TextAndBytes parts(input);
  const std::vector<PackedDataset> datasets = parse_packed_catalog(parts.text, fuzz_source);
  must([&] { parse_packed_catalog(packed_catalog_text(datasets), fuzz_source); });
  if (!datasets.empty()) inflate_shard(parts.bytes, datasets[0].train.shards[0].used, fuzz_source);
}

void read_image(std::span<const uint8_t> input) {
  const JpegInfo info = read_jpeg_info(input);
  expect(info.orientation >= 1 && info.orientation <= 8);
  const DecodedImage image = decode_image(input, fuzz_source);
  expect(image.pixels.size() == static_cast<size_t>(image.height * image.width * image.channels));
  expect(must([&] { return fit_image(image, {8, 8, 3}).size(); }) == 8 * 8 * 3);
}

std::vector<Bytes> plain_and_gzip(const Bytes& bytes) { return {bytes, gzip(bytes)}; }

std::vector<Bytes> image_seeds() { return plain_and_gzip(make_idx({3, 5, 4}, Bytes(60, 7))); }
std::vector<Bytes> label_seeds() { return plain_and_gzip(make_idx({30}, Bytes(30, 7))); }

const Shard pixel_shard{
    .image = {3, 4, 3}, .classes = 5, .labels = {4, 0}, .sizes = {}, .images = Bytes(2 * 36, 4)};
const Shard file_shard{.kind = ShardKind::encoded,
                       .image = {3, 4, 3},
                       .classes = 500,
                       .labels = {4, 499},
                       .sizes = {7, 2},
                       .images = Bytes(9, 4)};

std::vector<Bytes> shard_seeds() { return {encode_shard(pixel_shard), encode_shard(file_shard)}; }

std::vector<Bytes> packed_catalog_seeds() {
  std::vector<Bytes> seeds;
  for (const Shard& shard : {pixel_shard, file_shard}) {
    for (const Bytes& file : plain_and_gzip(encode_shard(shard))) {
      Bytes& seed = seeds.emplace_back(
          bytes_of(packed_catalog_text(std::vector{packed_of("a", {shard}, {shard})})));
      seed.pop_back();  // the line break after the last brace
      add_bytes(seed, file);
    }
  }
  return seeds;
}

std::vector<Bytes> image_file_seeds() {
  return {make_png({5, 3}, Bytes(5 * 4, 1)),
          make_png({4, 2, PngColor::rgba}, Bytes(4 * 9, 2)),
          make_png({3, 8, PngColor::palette, 1}, Bytes(3 * 2, 0), {1, 2, 3, 4, 5, 6}, {7}),
          make_png({2, 2, PngColor::rgb, 16}, Bytes(2 * 13, 3)),
          grey_jpeg,
          two_pixel_bmp,
          one_pixel_gif,
          with_exif(color_jpeg, orientation_tiff(6)),
          with_exif(grey_jpeg, orientation_tiff(8, false))};
}

void read_cifar(std::span<const uint8_t> input) {
  const CifarImages images = parse_cifar(input, CifarLabels::fine, 100, fuzz_source);
  expect(images.pixels.size() == images.labels.size() * 3072);
}

std::vector<Bytes> cifar_seeds() { return {Bytes(3074, 9), Bytes(2 * size_t{3074}, 1)}; }

// One byte of gzip can inflate to 1,032, in a PNG to eight times as many pixels, each of four bytes
// decoded and of three in the window cut out.
constexpr std::array targets{
    FuzzTarget{"IDX images", read_images, image_seeds, 1100},
    FuzzTarget{"IDX labels", read_labels, label_seeds, 1100},
    FuzzTarget{"CIFAR file", read_cifar, cifar_seeds, 10},
    FuzzTarget{"shard", read_shard, shard_seeds, 10},
    FuzzTarget{"catalog of packs", read_packed_catalog, packed_catalog_seeds, 2100},
    FuzzTarget{"image file", read_image, image_file_seeds, 1032 * 8 * (4 + 3)},
};

}  // namespace

std::span<const FuzzTarget> data_targets() { return targets; }

}  // namespace convlab
