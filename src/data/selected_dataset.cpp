#include "data/selected_dataset.h"

#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/fingerprint.h"
#include "data/stratified_split.h"

namespace convlab {

namespace {

class SelectedDataset : public Dataset {
 public:
  SelectedDataset(std::shared_ptr<const Dataset> whole, std::vector<int64_t> indices)
      : Dataset(whole->name(), whole->image_shape(), whole->class_names(),
                static_cast<int64_t>(indices.size())),
        whole_(std::move(whole)),
        indices_(std::move(indices)) {
    for (const int64_t index : indices_) {
      if (index < 0 || index >= whole_->available())
        fail("[dataset] {} has no image {}; {} have arrived", name(), index, whole_->available());
      stored_bytes_ += whole_->stored_size(index);
    }
    fingerprint_ = hash_bytes(
        {reinterpret_cast<const uint8_t*>(indices_.data()), indices_.size() * sizeof(int64_t)},
        whole_->fingerprint());
  }

  bool has_common_size() const override { return whole_->has_common_size(); }
  DType sample_type() const override { return whole_->sample_type(); }
  std::string features() const override { return whole_->features(); }
  ResizeMode resize_mode() const override { return whole_->resize_mode(); }
  bool decode_is_free() const override { return whole_->decode_is_free(); }
  bool reads_on_any_thread() const override { return whole_->reads_on_any_thread(); }
  uint64_t stored_bytes() const override { return stored_bytes_; }
  uint64_t stored_size(int64_t index) const override { return whole_->stored_size(at(index)); }
  int64_t available() const override { return size(); }
  uint64_t fingerprint() const override { return fingerprint_; }
  int32_t label(int64_t index) const override { return whole_->label(at(index)); }
  std::string image_name(int64_t index) const override { return whole_->image_name(at(index)); }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override {
    check_available(index);
    return whole_->fetch(at(index), buffer);
  }
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override {
    return whole_->decode(at(index), stored, buffer);
  }

 private:
  int64_t at(int64_t index) const { return indices_[static_cast<size_t>(index)]; }

  std::shared_ptr<const Dataset> whole_;
  std::vector<int64_t> indices_;
  uint64_t fingerprint_ = 0;
  uint64_t stored_bytes_ = 0;
};

std::vector<int64_t> indices_of(const Subset& subset) {
  std::vector<int64_t> indices(static_cast<size_t>(subset.size()));
  for (size_t i = 0; i < indices.size(); ++i) indices[i] = subset.index(static_cast<int64_t>(i));
  return indices;
}

}  // namespace

std::shared_ptr<const Dataset> select(std::shared_ptr<const Dataset> dataset,
                                      std::vector<int64_t> indices) {
  return std::make_shared<SelectedDataset>(std::move(dataset), std::move(indices));
}

std::shared_ptr<const Dataset> first_of_each_class(std::shared_ptr<const Dataset> dataset,
                                                   int64_t count) {
  std::vector<int64_t> taken(static_cast<size_t>(dataset->classes()));
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < dataset->available(); ++i) {
    if (taken[static_cast<size_t>(dataset->label(i))]++ < count) indices.push_back(i);
  }
  return select(std::move(dataset), std::move(indices));
}

DatasetSplits first_of_each_class(DatasetSplits splits, int64_t count) {
  splits.train = first_of_each_class(std::move(splits.train), count);
  splits.test = first_of_each_class(std::move(splits.test), count);
  return splits;
}

std::shared_ptr<const Dataset> in_turns(std::shared_ptr<const Dataset> dataset) {
  std::vector<std::vector<int64_t>> of_class(static_cast<size_t>(dataset->classes()));
  for (int64_t i = 0; i < dataset->available(); ++i)
    of_class[static_cast<size_t>(dataset->label(i))].push_back(i);
  std::vector<int64_t> indices;
  for (size_t turn = 0; std::cmp_less(indices.size(), dataset->available()); ++turn) {
    for (const std::vector<int64_t>& images : of_class) {
      if (turn < images.size()) indices.push_back(images[turn]);
    }
  }
  return select(std::move(dataset), std::move(indices));
}

DatasetSplits split_off_test(const std::shared_ptr<const Dataset>& dataset, double fraction,
                             uint64_t seed) {
  const int64_t count = validation_count(dataset->size(), fraction);
  if (count == 0 || count == dataset->size()) {
    fail("[data] {} has {}, too few to set some aside as test images", dataset->name(),
         counted(dataset->size(), "image"));
  }
  const TrainValidation split = stratified_split(*dataset, fraction, seed);
  return {.train = select(dataset, indices_of(split.train)),
          .test = select(dataset, indices_of(split.validation))};
}

}  // namespace convlab
