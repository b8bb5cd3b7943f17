#include "train/callbacks/weights_copy.h"

#include <cstddef>

namespace convlab {

WeightsCopy::WeightsCopy(Network& network) : network_(network) {
  size_t bytes = tensor_alignment;
  for (const Parameter& parameter : network.parameters())
    bytes += align_up(parameter.value.bytes());
  buffer_ = network.backend().allocate(bytes);
  size_t offset = 0;
  for (const Parameter& parameter : network.parameters()) {
    auto* const memory = static_cast<std::byte*>(buffer_.memory()) + offset;
    tensors_.push_back({parameter.value.shape, DType::f32, memory});
    offset += align_up(parameter.value.bytes());
  }
}

void WeightsCopy::take() {
  for (size_t i = 0; i < tensors_.size(); ++i)
    network_.backend().copy(network_.parameters()[i].value, tensors_[i]);
}

void WeightsCopy::put_back() {
  for (size_t i = 0; i < tensors_.size(); ++i)
    network_.backend().copy(tensors_[i], network_.parameters()[i].value);
  network_.values_changed();
}

}  // namespace convlab
