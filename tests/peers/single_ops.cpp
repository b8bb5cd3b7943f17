// Google Benchmark of single operations of the best backend, each on one and on all threads:
//   build/native/tests/convlab_single_ops --benchmark_filter=conv2d

#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <thread>

#include "backend/device.h"

namespace convlab {
namespace {

int64_t all_threads() { return static_cast<int64_t>(std::thread::hardware_concurrency()); }

/// A backend and its tensors for one run of a benchmark.
struct Bench {
  explicit Bench(int64_t threads)
      : backend(make_backend("", static_cast<int>(threads))), device(*backend) {}

  std::unique_ptr<Backend> backend;
  Device device;
  OpSlot slot;
};

void report_flops(benchmark::State& state, double flops) {
  state.counters["FLOP/s"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

void report_elements(benchmark::State& state, const Shape& shape, int64_t tensors) {
  state.SetBytesProcessed(state.iterations() * shape.elements() * tensors *
                          static_cast<int64_t>(sizeof(float)));
}

void gemm(benchmark::State& state) {
  Bench bench(state.range(1));
  const Shape square{state.range(0), state.range(0)};
  const Tensor a = bench.device.random(square);
  const Tensor b = bench.device.random(square);
  const Tensor c = bench.device.output(square);
  constexpr GemmDesc desc{};
  void* workspace = bench.device.workspace(
      static_cast<size_t>(bench.backend->gemm_workspace(desc, square, square)));
  OpSlot slot;
  for (auto _ : state) bench.backend->gemm({slot, workspace}, desc, a, b, {}, c);
  const auto n = static_cast<double>(state.range(0));
  report_flops(state, 2 * n * n * n);
}
BENCHMARK(gemm)
    ->ArgNames({"size", "threads"})
    ->ArgsProduct({{256, 1024}, {1, all_threads()}})
    ->UseRealTime();

/// The 3×3 convolutions of the networks in the README, with padding "same" or "valid".
struct Convolution : Bench {
  explicit Convolution(const benchmark::State& state)
      : Bench(state.range(5)),
        x_shape{state.range(0), state.range(1), state.range(1), state.range(2)},
        y_shape{state.range(0), state.range(1) - (state.range(4) != 0 ? 0 : 2),
                state.range(1) - (state.range(4) != 0 ? 0 : 2), state.range(3)},
        desc{.kernel = {3, 3}, .stride = {1, 1}, .dilation = {1, 1}} {
    if (state.range(4) != 0) desc.padding = {1, 1, 1, 1};
    x = device.random(x_shape);
    kernel = device.parameter({y_shape[3], 3, 3, x_shape[3]});
    bias = device.parameter({y_shape[3]});
    dy = device.random(y_shape);
    workspace =
        device.workspace(static_cast<size_t>(backend->conv2d_workspace(desc, x_shape, y_shape)));
  }

  OpContext op() { return {slot, workspace}; }
  double flops() const { return 2.0 * static_cast<double>(y_shape.elements() * 9 * x_shape[3]); }

  Shape x_shape, y_shape;
  Conv2dDesc desc;
  Tensor x, dy;
  Parameter kernel, bias;
  void* workspace;
};

void conv2d_forward(benchmark::State& state) {
  Convolution c(state);
  const Tensor y = c.device.output(c.y_shape);
  for (auto _ : state) {
    ++c.kernel.version;  // as after each training step, so that the weights are packed again
    c.backend->conv2d(c.op(), c.desc, c.x, c.kernel, &c.bias, y);
  }
  report_flops(state, c.flops());
}

void conv2d_grad_input(benchmark::State& state) {
  Convolution c(state);
  const Tensor dx = c.device.output(c.x_shape);
  for (auto _ : state) {
    ++c.kernel.version;
    c.backend->conv2d_grad_input(c.op(), c.desc, c.dy, c.kernel, dx);
  }
  report_flops(state, c.flops());
}

void conv2d_grad_kernel(benchmark::State& state) {
  Convolution c(state);
  const Tensor kernel_grad = c.device.output(c.kernel.value.shape);
  const Tensor bias_grad = c.device.output(c.bias.value.shape);
  for (auto _ : state)
    c.backend->conv2d_grad_kernel(c.op(), c.desc, c.x, c.dy, kernel_grad, bias_grad);
  report_flops(state, c.flops());
}

void convolutions(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"batch", "image", "inputs", "filters", "same", "threads"})->UseRealTime();
  for (const int64_t threads : {int64_t{1}, all_threads()}) {
    benchmark->Args({128, 28, 1, 32, 0, threads});
    benchmark->Args({128, 13, 32, 64, 0, threads});
    benchmark->Args({128, 32, 3, 50, 1, threads});
    benchmark->Args({128, 32, 50, 75, 1, threads});
    benchmark->Args({128, 16, 75, 125, 1, threads});
    benchmark->Args({8, 56, 256, 256, 1, threads});
  }
}
BENCHMARK(conv2d_forward)->Apply(convolutions);
BENCHMARK(conv2d_grad_input)->Apply(convolutions);
BENCHMARK(conv2d_grad_kernel)->Apply(convolutions);

const Shape image_shape{128, 26, 26, 32};

struct Function {
  const char* name;
  UnaryOp op;
};
constexpr std::array functions{
    Function{"relu", UnaryOp::relu},       Function{"leaky_relu", UnaryOp::leaky_relu},
    Function{"elu", UnaryOp::elu},         Function{"gelu", UnaryOp::gelu},
    Function{"silu", UnaryOp::silu},       Function{"hard_swish", UnaryOp::hard_swish},
    Function{"sigmoid", UnaryOp::sigmoid}, Function{"tanh", UnaryOp::tanh}};

void unary(benchmark::State& state) {
  const Function& function = functions[static_cast<size_t>(state.range(0))];
  Bench bench(state.range(1));
  const Tensor x = bench.device.random(image_shape);
  const Tensor y = bench.device.output(image_shape);
  for (auto _ : state) bench.backend->unary({function.op, 0.1F}, x, y);
  state.SetLabel(function.name);
  report_elements(state, image_shape, 2);
}

void unary_grad(benchmark::State& state) {
  const Function& function = functions[static_cast<size_t>(state.range(0))];
  Bench bench(state.range(1));
  const Tensor x = bench.device.random(image_shape);
  const Tensor dy = bench.device.random(image_shape);
  const Tensor dx = bench.device.output(image_shape);
  for (auto _ : state) bench.backend->unary_grad({function.op, 0.1F}, x, dy, dx);
  state.SetLabel(function.name);
  report_elements(state, image_shape, 3);
}

void each_function(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"function", "threads"})->UseRealTime();
  for (const int64_t threads : {int64_t{1}, all_threads()}) {
    for (size_t i = 0; i < functions.size(); ++i)
      benchmark->Args({static_cast<int64_t>(i), threads});
  }
}

void max_pool2d(benchmark::State& state) {
  Bench bench(state.range(0));
  const Tensor x = bench.device.random(image_shape);
  const Tensor y = bench.device.output({128, 13, 13, 32});
  const Pool2dDesc desc{{2, 2}, {2, 2}, {}};
  for (auto _ : state) bench.backend->max_pool2d({bench.slot}, desc, x, y);
  report_elements(state, image_shape, 1);
}

void max_pool2d_grad(benchmark::State& state) {
  Bench bench(state.range(0));
  const Tensor x = bench.device.random(image_shape);
  const Tensor y = bench.device.output({128, 13, 13, 32});
  const Tensor dy = bench.device.random(y.shape);
  const Tensor dx = bench.device.output(image_shape);
  const Pool2dDesc desc{{2, 2}, {2, 2}, {}};
  bench.backend->max_pool2d({bench.slot}, desc, x, y);
  for (auto _ : state) bench.backend->max_pool2d_grad(desc, x, y, dy, dx);
  report_elements(state, image_shape, 2);
}

void local_response_norm(benchmark::State& state) {
  Bench bench(state.range(0));
  const Tensor x = bench.device.random(image_shape);
  const Tensor y = bench.device.output(image_shape);
  for (auto _ : state) bench.backend->local_response_norm({}, x, y);
  report_elements(state, image_shape, 2);
}

void local_response_norm_grad(benchmark::State& state) {
  Bench bench(state.range(0));
  const Tensor x = bench.device.random(image_shape);
  const Tensor dy = bench.device.random(image_shape);
  const Tensor dx = bench.device.output(image_shape);
  for (auto _ : state) bench.backend->local_response_norm_grad({}, x, dy, dx);
  report_elements(state, image_shape, 3);
}

void batch_norm(benchmark::State& state) {
  Bench bench(state.range(0));
  const Shape channels{image_shape[3]};
  const Tensor x = bench.device.random(image_shape);
  const Tensor y = bench.device.output(image_shape);
  const Tensor gamma = bench.device.random(channels);
  const Tensor beta = bench.device.random(channels);
  const Tensor running_mean = bench.device.random(channels);
  const Tensor running_variance = bench.device.random(channels);
  const Tensor mean = bench.device.output({2, image_shape[3]});
  const Tensor inv_std = bench.device.output(channels);
  for (auto _ : state) {
    bench.backend->batch_norm({}, x, gamma, beta, running_mean, running_variance, mean, inv_std, y);
  }
  report_elements(state, image_shape, 3);
}

void adam(benchmark::State& state) {
  Bench bench(state.range(0));
  const Shape parameters{1 << 20};
  const Tensor values = bench.device.random(parameters);
  const Tensor grads = bench.device.random(parameters);
  const Tensor means = bench.device.tensor(parameters, std::vector<float>(1 << 20, 0.0F));
  const Tensor variances = bench.device.tensor(parameters, std::vector<float>(1 << 20, 0.0F));
  bench.backend->set_step({.learning_rate = 1e-3F, .step = 1, .update = 1});
  for (auto _ : state) bench.backend->adam_update({}, values, grads, means, variances);
  report_elements(state, parameters, 7);
}

void normalize_input(benchmark::State& state) {
  Bench bench(state.range(0));
  const Shape images{128, 32, 32, state.range(1)};
  const Tensor x =
      bench.device.bytes(images, std::vector<uint8_t>(static_cast<size_t>(images.elements()), 200));
  const Tensor y = bench.device.output(images);
  const Tensor scale = bench.device.random({state.range(1)});
  const Tensor offset = bench.device.random({state.range(1)});
  for (auto _ : state) bench.backend->normalize_input(x, scale, offset, y);
  report_elements(state, images, 1);
}

void threads_alone(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("threads")->Arg(1)->Arg(all_threads())->UseRealTime();
}
BENCHMARK(unary)->Apply(each_function);
BENCHMARK(unary_grad)->Apply(each_function);
BENCHMARK(max_pool2d)->Apply(threads_alone);
BENCHMARK(max_pool2d_grad)->Apply(threads_alone);
BENCHMARK(local_response_norm)->Apply(threads_alone);
BENCHMARK(local_response_norm_grad)->Apply(threads_alone);
BENCHMARK(batch_norm)->Apply(threads_alone);
BENCHMARK(adam)->Apply(threads_alone);
BENCHMARK(normalize_input)
    ->ArgNames({"threads", "channels"})
    ->ArgsProduct({{1, all_threads()}, {1, 3}})
    ->UseRealTime();

}  // namespace
}  // namespace convlab

BENCHMARK_MAIN();
