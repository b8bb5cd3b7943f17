#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/host/host_backend.h"
#include "backend/host/split_mean.h"

namespace convlab {

namespace {

int64_t channels_of(const Tensor& x) { return x.shape[x.shape.rank() - 1]; }

double value_or(const Tensor& tensor, int64_t index, double fallback) {
  return tensor ? tensor.data()[index] : fallback;
}

double inverse_root(double variance, float epsilon) {
  return 1 / std::sqrt(variance + double{epsilon});
}

/// A subset of a tensor's elements: `runs` runs of `length` consecutive elements, whose starts are
/// `stride` apart.
struct Region {
  int64_t first, runs, stride, length;

  int64_t size() const { return runs * length; }

  template <class Visit>
  void each(Visit visit) const {
    for (int64_t run = 0; run < runs; ++run) {
      for (int64_t i = 0; i < length; ++i) visit(first + run * stride + i);
    }
  }
};

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments_of(const Tensor& x, const Region& region) {
  Moments moments;
  const auto count = static_cast<double>(region.size());
  region.each([&](int64_t i) { moments.mean += x.data()[i] / count; });
  region.each([&](int64_t i) {
    const double distance = x.data()[i] - moments.mean;
    moments.variance += distance * distance / count;
  });
  return moments;
}

/// Gradient of a normalisation: with x̂ = (x - mean) · inv_std and g = dy · gamma, dx = inv_std ·
/// (g - mean(g) - x̂ · mean(g · x̂)).
void normalized_grad(const Region& region, const Tensor& x, const Tensor& gamma, double mean,
                     double inv_std, const Tensor& dy, const Tensor& dx) {
  const int64_t channels = channels_of(x);
  const auto scaled = [&](int64_t i) { return dy.data()[i] * value_or(gamma, i % channels, 1); };
  const auto hat = [&](int64_t i) { return (x.data()[i] - mean) * inv_std; };
  double sum = 0;
  double product = 0;
  region.each([&](int64_t i) {
    sum += scaled(i);
    product += scaled(i) * hat(i);
  });
  const auto count = static_cast<double>(region.size());
  region.each([&](int64_t i) {
    const double grad = inv_std * (scaled(i) - sum / count - hat(i) * product / count);
    dx.data()[i] = static_cast<float>(grad);
  });
}

/// One channel of all samples.
Region channel_region(const Tensor& x, int64_t channel) {
  const int64_t channels = channels_of(x);
  return {channel, x.elements() / channels, channels, 1};
}

/// One group of channels of one sample.
Region group_region(const Tensor& x, int64_t groups, int64_t sample, int64_t group) {
  const int64_t channels = channels_of(x);
  const int64_t pixels = x.elements() / x.shape[0] / channels;
  const int64_t length = channels / groups;
  return {sample * pixels * channels + group * length, pixels, channels, length};
}

}  // namespace

void HostBackend::batch_norm(const BatchNormDesc& desc, const Tensor& x, const Tensor& gamma,
                             const Tensor& beta, const Tensor& running_mean,
                             const Tensor& running_variance, const Tensor& mean,
                             const Tensor& inv_std, const Tensor& y) {
  for (int64_t c = 0; c < channels_of(x); ++c) {
    const Region region = channel_region(x, c);
    const Moments moments = moments_of(x, region);
    const auto move = [&](float& running, double now) {
      running += static_cast<float>((1 - double{desc.momentum}) * (now - running));
    };
    move(running_mean.data()[c], moments.mean);
    move(running_variance.data()[c], moments.variance);
    const double root = inverse_root(moments.variance, desc.epsilon);
    store_mean(mean, c, moments.mean);
    inv_std.data()[c] = static_cast<float>(root);
    const double scale = root * value_or(gamma, c, 1);
    region.each([&](int64_t i) {
      y.data()[i] = static_cast<float>((x.data()[i] - moments.mean) * scale + value_or(beta, c, 0));
    });
  }
}

void HostBackend::batch_norm_grad(const Tensor& x, const Tensor& gamma, const Tensor& mean,
                                  const Tensor& inv_std, const Tensor& dy, const Tensor& dx,
                                  const Tensor& dgamma, const Tensor& dbeta) {
  for (int64_t c = 0; c < channels_of(x); ++c) {
    const Region region = channel_region(x, c);
    const double center = load_mean(mean, c);
    const double root = inv_std.data()[c];
    double sum = 0;
    double product = 0;
    region.each([&](int64_t i) {
      sum += dy.data()[i];
      product += dy.data()[i] * (x.data()[i] - center) * root;
    });
    if (dbeta) dbeta.data()[c] = static_cast<float>(sum);
    if (dgamma) dgamma.data()[c] = static_cast<float>(product);
    if (dx) normalized_grad(region, x, gamma, center, root, dy, dx);
  }
}

void HostBackend::normalize(float epsilon, const Tensor& x, const Tensor& mean,
                            const Tensor& variance, const Tensor& gamma, const Tensor& beta,
                            const Tensor& y) {
  for (int64_t c = 0; c < channels_of(x); ++c) {
    const double scale = inverse_root(variance.data()[c], epsilon) * value_or(gamma, c, 1);
    channel_region(x, c).each([&](int64_t i) {
      y.data()[i] =
          static_cast<float>((x.data()[i] - value_or(mean, c, 0)) * scale + value_or(beta, c, 0));
    });
  }
}

void HostBackend::group_norm(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                             const Tensor& beta, const Tensor& mean, const Tensor& inv_std,
                             const Tensor& y) {
  const int64_t channels = channels_of(x);
  for (int64_t index = 0; index < x.shape[0] * desc.groups; ++index) {
    const Region region = group_region(x, desc.groups, index / desc.groups, index % desc.groups);
    const Moments moments = moments_of(x, region);
    const double root = inverse_root(moments.variance, desc.epsilon);
    store_mean(mean, index, moments.mean);
    inv_std.data()[index] = static_cast<float>(root);
    region.each([&](int64_t i) {
      const int64_t c = i % channels;
      y.data()[i] = static_cast<float>((x.data()[i] - moments.mean) * root * value_or(gamma, c, 1) +
                                       value_or(beta, c, 0));
    });
  }
}

void HostBackend::group_norm_grad(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                                  const Tensor& mean, const Tensor& inv_std, const Tensor& dy,
                                  const Tensor& dx, const Tensor& dgamma, const Tensor& dbeta) {
  const int64_t channels = channels_of(x);
  std::vector<double> sums(static_cast<size_t>(channels));
  std::vector<double> products(static_cast<size_t>(channels));
  for (int64_t index = 0; index < x.shape[0] * desc.groups; ++index) {
    const Region region = group_region(x, desc.groups, index / desc.groups, index % desc.groups);
    const double center = load_mean(mean, index);
    const double root = inv_std.data()[index];
    region.each([&](int64_t i) {
      const auto c = static_cast<size_t>(i % channels);
      sums[c] += dy.data()[i];
      products[c] += dy.data()[i] * (x.data()[i] - center) * root;
    });
    if (dx) normalized_grad(region, x, gamma, center, root, dy, dx);
  }
  const auto store = [](const std::vector<double>& from, const Tensor& to) {
    if (to) std::copy(from.begin(), from.end(), to.data());
  };
  store(sums, dbeta);
  store(products, dgamma);
}

}  // namespace convlab
