#include "data/augmentation_preview.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/error.h"
#include "data/loader.h"
#include "data/subset.h"

namespace convlab {

namespace {

constexpr int64_t max_side = 1024;
constexpr int64_t min_cell = 64;
constexpr int64_t gap = 4;
constexpr int64_t gap_after_original = 16;
constexpr uint8_t background = 255;

/// Chooses images, class by class, and skips those that cannot be read.
class Chooser {
 public:
  explicit Chooser(const Dataset& dataset)
      : dataset_(dataset),
        candidates_(static_cast<size_t>(dataset.classes())),
        pixels_(static_cast<size_t>(dataset.image_shape().elements())) {
    for (int64_t i = 0; i < dataset.available(); ++i)
      candidates_[static_cast<size_t>(dataset.label(i))].push_back(i);
  }

  /// Returns the next readable image of a class, or of one after it; nothing if all are used.
  std::optional<int64_t> next(size_t label) {
    for (size_t i = 0; i < candidates_.size(); ++i) {
      std::deque<int64_t>& candidates = candidates_[(label + i) % candidates_.size()];
      while (!candidates.empty()) {
        const int64_t index = candidates.front();
        candidates.pop_front();
        try {
          reader_.read(dataset_, index, pixels_);
          return index;
        } catch (const Error& error) {
          if (first_error_.empty()) first_error_ = error.what();
        }
      }
    }
    return std::nullopt;
  }

  /// Why the first image that cannot be read cannot; empty if there is none.
  const std::string& first_error() const { return first_error_; }

 private:
  const Dataset& dataset_;
  std::vector<std::deque<int64_t>> candidates_;
  std::vector<uint8_t> pixels_;
  ImageReader reader_;
  std::string first_error_;
};

std::vector<int64_t> choose(const Dataset& dataset) {
  Chooser chooser(dataset);
  std::vector<int64_t> indices;
  for (int64_t row = 0; row < preview_images; ++row) {
    const auto index = chooser.next(static_cast<size_t>(row * dataset.classes() / preview_images));
    if (!index) break;
    indices.push_back(*index);
  }
  if (indices.empty()) {
    fail("[preview] none of {} training images of {} can be read{}{}", dataset.available(),
         dataset.name(),
         chooser.first_error().empty() ? "" : "; the first: ", chooser.first_error());
  }
  return indices;
}

/// Returns the smallest whole number by which a side has at least min_cell pixels.
int64_t scale_of(int64_t side) { return side < min_cell ? (min_cell + side - 1) / side : 1; }

/// A grid of rows and columns of images.
class Grid {
 public:
  Grid(const Shape& image, int64_t rows)
      : image_(image), scale_(scale_of(std::max(image[0], image[1]))) {
    grid_.height = rows * (image[0] * scale_ + gap) + gap;
    grid_.width = left_of(1 + preview_epochs);
    grid_.channels = image[2];
    grid_.pixels.assign(static_cast<size_t>(grid_.height * grid_.width * grid_.channels),
                        background);
  }

  /// Draws an image, enlarged, without interpolation so that each of its pixels can be seen.
  void draw(int64_t row, int64_t column, std::span<const uint8_t> pixels) {
    const int64_t channels = image_[2];
    const int64_t top = gap + row * (image_[0] * scale_ + gap);
    for (int64_t y = 0; y < image_[0] * scale_; ++y) {
      auto to = grid_.pixels.begin() + ((top + y) * grid_.width + left_of(column)) * channels;
      for (int64_t x = 0; x < image_[1] * scale_; ++x) {
        const int64_t from = (y / scale_ * image_[1] + x / scale_) * channels;
        to = std::copy_n(pixels.begin() + from, channels, to);
      }
    }
  }

  DecodedImage take() { return std::move(grid_); }

 private:
  int64_t left_of(int64_t column) const {
    return gap + column * (image_[1] * scale_ + gap) + (column > 0 ? gap_after_original - gap : 0);
  }

  Shape image_;
  int64_t scale_;
  DecodedImage grid_;
};

/// Draws a batch in a column.
void draw_column(Loader& loader, int64_t column, int64_t bytes, Grid& grid) {
  Batch batch;
  loader.next(batch);
  for (int64_t row = 0; row < batch.size(); ++row) {
    grid.draw(row, column,
              std::span(batch.images)
                  .subspan(static_cast<size_t>(row * bytes), static_cast<size_t>(bytes)));
  }
}

}  // namespace

AugmentationPreview preview_augmentation(const Dataset& train,
                                         const AugmentationOptions& augmentation, uint64_t seed) {
  const Shape& image = train.image_shape();
  if (image[0] > max_side || image[1] > max_side) {
    fail("[preview] images of {}×{} pixels; expected at most {} a side: give an image size",
         image[1], image[0], max_side);
  }
  const std::vector<int64_t> indices = choose(train);
  const auto rows = static_cast<int64_t>(indices.size());
  const Subset images(train, indices);
  LoaderOptions options{.batch = rows, .shuffle = false, .seed = seed};
  Grid grid(image, rows);
  Loader originals(images, options);
  draw_column(originals, 0, image.elements(), grid);
  options.augmentation = augmentation;
  Loader augmented(images, options);
  for (int64_t epoch = 0; epoch < preview_epochs; ++epoch) {
    augmented.start_epoch(epoch);
    draw_column(augmented, 1 + epoch, image.elements(), grid);
  }
  return {.grid = grid.take(), .indices = indices};
}

}  // namespace convlab
