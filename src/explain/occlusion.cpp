#include "explain/occlusion.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace convlab {

namespace {

/// Numbers of a batch of inputs, above which it has fewer images.
constexpr int64_t max_batch_elements = int64_t{1} << 18;
constexpr int64_t max_batch = 32;

int64_t checked(std::string_view name, int64_t value, int64_t max, int64_t automatic) {
  if (value < 0 || value > max)
    fail("[explain] {} is {}; expected 1 to {} pixels, or 0 for a default", name, value, max);
  return value == 0 ? std::max<int64_t>(automatic, 1) : value;
}

/// The pixels [begin, end) of a side that the patch covers whose centre is that of the part `index`
/// of `count` equal ones.
std::pair<int64_t, int64_t> covered(int64_t index, int64_t count, int64_t side, int64_t patch) {
  const double center =
      (static_cast<double>(index) + 0.5) * static_cast<double>(side) / static_cast<double>(count);
  const auto begin =
      static_cast<int64_t>(std::floor(center - static_cast<double>(patch) / 2 + 0.5));
  return {std::max<int64_t>(begin, 0), std::min(begin + patch, side)};
}

}  // namespace

Occlusion::Occlusion(ScoredNetwork network, std::vector<uint8_t> pixels,
                     const ExplainOptions& options)
    : network_(network), pixels_(std::move(pixels)), class_index_(options.class_index) {
  network_.input_of(pixels_);  // checks the size
  const Shape& image = network_.image();
  const int64_t shorter = std::min(image[0], image[1]);
  patch_ = checked("patch", options.patch, shorter, shorter / 6);
  const int64_t stride = checked("stride", options.stride, shorter, patch_ / 3);
  fall_.height = (image[0] + stride - 1) / stride;
  fall_.width = (image[1] + stride - 1) / stride;
  if (fall_.height > max_positions / fall_.width) {
    fail(
        "[explain] a stride of {} covers an image of {} × {} pixels at {} × {} positions; expected "
        "at most {}: choose a larger stride",
        stride, image[1], image[0], fall_.width, fall_.height, max_positions);
  }
}

std::vector<uint8_t> Occlusion::occluded(int64_t index) const {
  const Shape& image = network_.image();
  const auto [top, bottom] = covered(index / fall_.width, fall_.height, image[0], patch_);
  const auto [left, right] = covered(index % fall_.width, fall_.width, image[1], patch_);
  std::vector<uint8_t> pixels = pixels_;
  for (int64_t y = top; y < bottom; ++y) {
    const auto row = pixels.begin() + y * image[1] * image[2];
    std::fill(row + left * image[2], row + right * image[2], grey);
  }
  return pixels;
}

bool Occlusion::advance() {
  if (!has_class_) {
    explained_ = network_.class_of(network_.forward(network_.input_of(pixels_)), class_index_);
    has_class_ = true;
    return false;
  }
  const auto done = static_cast<int64_t>(fall_.values.size());
  const int64_t fits =
      std::clamp<int64_t>(max_batch_elements / network_.image().elements(), 1, max_batch);
  const int64_t end = std::min(done + fits, positions());
  std::vector<float> inputs;
  for (int64_t i = done; i < end; ++i) {
    const std::vector<float> input = network_.input_of(occluded(i));
    inputs.insert(inputs.end(), input.begin(), input.end());
  }
  const std::vector<float> outputs = network_.forward(inputs);
  const auto row = static_cast<size_t>(network_.outputs());
  for (size_t i = 0; i < outputs.size(); i += row) {
    const auto image = std::span(outputs).subspan(i, row);
    fall_.values.push_back(
        static_cast<float>(explained_.probability - network_.probability(image, explained_.index)));
  }
  return end == positions();
}

}  // namespace convlab
