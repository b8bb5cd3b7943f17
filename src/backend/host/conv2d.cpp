#include <algorithm>
#include <vector>

#include "backend/host/activated.h"
#include "backend/host/host_backend.h"

namespace convlab {

namespace {

/// Index arithmetic of a convolution: output row `o` reads, through kernel row `k`, input row o ·
/// stride + k · dilation - padding; columns likewise.
struct ConvGeometry {
  ConvGeometry(const Conv2dDesc& conv, const Tensor& x, const Tensor& y)
      : desc(conv),
        batch(x.shape[0]),
        in{x.shape[1], x.shape[2]},
        out{y.shape[1], y.shape[2]},
        in_channels(x.shape[3]),
        out_channels(y.shape[3]),
        group_inputs(in_channels / conv.groups) {}

  int64_t in_row(int64_t out_row, int64_t kernel_row) const {
    return out_row * desc.stride.h + kernel_row * desc.dilation.h - desc.padding.top;
  }
  int64_t in_column(int64_t out_column, int64_t kernel_column) const {
    return out_column * desc.stride.w + kernel_column * desc.dilation.w - desc.padding.left;
  }
  bool inside(int64_t row, int64_t column) const {
    return row >= 0 && row < in.h && column >= 0 && column < in.w;
  }
  int64_t in_pixel(int64_t n, int64_t row, int64_t column) const {
    return ((n * in.h + row) * in.w + column) * in_channels;
  }
  int64_t out_pixel(int64_t n, int64_t row, int64_t column) const {
    return ((n * out.h + row) * out.w + column) * out_channels;
  }
  /// Offset of the input channels of one kernel position of an output channel.
  int64_t kernel_pixel(int64_t channel, int64_t row, int64_t column) const {
    return ((channel * desc.kernel.h + row) * desc.kernel.w + column) * group_inputs;
  }
  /// First of the group_inputs input channels that an output channel reads.
  int64_t first_input(int64_t out_channel) const {
    return out_channel / (out_channels / desc.groups) * group_inputs;
  }

  Conv2dDesc desc;
  int64_t batch;
  Size2d in, out;
  int64_t in_channels, out_channels, group_inputs;
};

/// Calls visit(kernel row, kernel column, input row, input column) for each kernel position whose
/// input pixel lies inside the image.
template <class Visit>
void for_each_kernel_pixel(const ConvGeometry& g, int64_t out_row, int64_t out_column,
                           Visit visit) {
  for (int64_t kr = 0; kr < g.desc.kernel.h; ++kr) {
    for (int64_t kc = 0; kc < g.desc.kernel.w; ++kc) {
      const int64_t row = g.in_row(out_row, kr);
      const int64_t column = g.in_column(out_column, kc);
      if (g.inside(row, column)) visit(kr, kc, row, column);
    }
  }
}

template <class Visit>
void for_each_output_pixel(const ConvGeometry& g, Visit visit) {
  for (int64_t n = 0; n < g.batch; ++n) {
    for (int64_t row = 0; row < g.out.h; ++row) {
      for (int64_t column = 0; column < g.out.w; ++column) visit(n, row, column);
    }
  }
}

void store(const std::vector<double>& sums, const Tensor& tensor) {
  std::transform(sums.begin(), sums.end(), tensor.data(),
                 [](double sum) { return static_cast<float>(sum); });
}

}  // namespace

void HostBackend::conv2d(OpContext /*op*/, const Conv2dDesc& desc, const Tensor& x,
                         const Parameter& kernel, const Parameter* bias, const Tensor& y) {
  const ConvGeometry g(desc, x, y);
  const float* weights = kernel.value.data();
  for_each_output_pixel(g, [&](int64_t n, int64_t row, int64_t column) {
    float* out = y.data() + g.out_pixel(n, row, column);
    for (int64_t o = 0; o < g.out_channels; ++o) {
      double sum = bias != nullptr ? bias->value.data()[o] : 0;
      for_each_kernel_pixel(
          g, row, column, [&](int64_t kr, int64_t kc, int64_t in_row, int64_t in_column) {
            const float* pixel = x.data() + g.in_pixel(n, in_row, in_column) + g.first_input(o);
            const float* kernel_row = weights + g.kernel_pixel(o, kr, kc);
            for (int64_t i = 0; i < g.group_inputs; ++i) sum += double{pixel[i]} * kernel_row[i];
          });
      out[o] = static_cast<float>(activated(desc.activation, sum));
    }
  });
}

void HostBackend::conv2d_grad_input(OpContext /*op*/, const Conv2dDesc& desc, const Tensor& dy,
                                    const Parameter& kernel, const Tensor& dx) {
  const ConvGeometry g(desc, dx, dy);
  const float* weights = kernel.value.data();
  std::vector<double> sums(static_cast<size_t>(dx.elements()));
  for_each_output_pixel(g, [&](int64_t n, int64_t row, int64_t column) {
    const float* grads = dy.data() + g.out_pixel(n, row, column);
    for_each_kernel_pixel(g, row, column,
                          [&](int64_t kr, int64_t kc, int64_t in_row, int64_t in_column) {
                            double* pixel = sums.data() + g.in_pixel(n, in_row, in_column);
                            for (int64_t o = 0; o < g.out_channels; ++o) {
                              const float* kernel_row = weights + g.kernel_pixel(o, kr, kc);
                              double* inputs = pixel + g.first_input(o);
                              for (int64_t i = 0; i < g.group_inputs; ++i)
                                inputs[i] += double{grads[o]} * kernel_row[i];
                            }
                          });
  });
  store(sums, dx);
}

void HostBackend::conv2d_grad_kernel(OpContext /*op*/, const Conv2dDesc& desc, const Tensor& x,
                                     const Tensor& dy, const Tensor& kernel_grad,
                                     const Tensor& bias_grad) {
  const ConvGeometry g(desc, x, dy);
  std::vector<double> sums(static_cast<size_t>(kernel_grad.elements()));
  for_each_output_pixel(g, [&](int64_t n, int64_t row, int64_t column) {
    const float* grads = dy.data() + g.out_pixel(n, row, column);
    for_each_kernel_pixel(g, row, column,
                          [&](int64_t kr, int64_t kc, int64_t in_row, int64_t in_column) {
                            const float* pixel = x.data() + g.in_pixel(n, in_row, in_column);
                            for (int64_t o = 0; o < g.out_channels; ++o) {
                              double* kernel_row = sums.data() + g.kernel_pixel(o, kr, kc);
                              const float* inputs = pixel + g.first_input(o);
                              for (int64_t i = 0; i < g.group_inputs; ++i)
                                kernel_row[i] += double{grads[o]} * inputs[i];
                            }
                          });
  });
  store(sums, kernel_grad);
  if (bias_grad) sum_rows(dy, bias_grad);
}

}  // namespace convlab
