#include "nn/max_pool2d.h"

#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void MaxPool2dOptions::visit(Visitor& visitor) {
  visitor.integer("window", window, 1, 255);
  visitor.integer("stride", stride, 0, 255);
  visitor.choice("padding", padding, padding_choices);
}
template void MaxPool2dOptions::visit(OptionReader&);

MaxPool2d::MaxPool2d(const MaxPool2dOptions& options)
    : options_(checked_options("max_pool2d", options)) {}

Options MaxPool2d::options() const { return write_options(options_); }

Pool2dDesc MaxPool2d::descriptor(const Shape& input) const {
  const WindowAxis rows =
      slide_window(kind(), input[0], options_.window, stride(), 1, options_.padding);
  const WindowAxis columns =
      slide_window(kind(), input[1], options_.window, stride(), 1, options_.padding);
  return {.window = {options_.window, options_.window},
          .stride = {stride(), stride()},
          .padding = {rows.pad_before, rows.pad_after, columns.pad_before, columns.pad_after}};
}

Shape MaxPool2d::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  return {slide_window(kind(), input[0], options_.window, stride(), 1, options_.padding).output,
          slide_window(kind(), input[1], options_.window, stride(), 1, options_.padding).output,
          input[2]};
}

void MaxPool2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                        const Tensor& output) const {
  pass.backend.max_pool2d(pass.op(0), descriptor(inputs[0].shape.without_front()), inputs[0],
                          output);
}

void MaxPool2d::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                         const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (!grad_inputs[0]) return;
  const Pool2dDesc desc = descriptor(inputs[0].shape.without_front());
  pass.backend.max_pool2d_grad(desc, inputs[0], output, grad_output, grad_inputs[0]);
}

}  // namespace convlab
