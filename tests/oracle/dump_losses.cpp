// Loss value and gradient on random outputs, with class labels, mixed ones and dense targets.

#include <fmt/format.h>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "dump_file.h"
#include "loss/class_weights.h"
#include "loss/loss.h"

namespace convlab {

namespace {

/// (rows, outputs): includes 1, odd numbers, and more than the kernels process at once.
const std::vector<Shape> shapes{{1, 2}, {33, 1}, {7, 130}};

enum class Target : uint8_t { classes, mixed, values };

struct LossCase {
  std::string_view kind;
  Options options;
  Shape shape;  ///< shape of the outputs
  Target target = Target::classes;
  std::vector<double> weights;  ///< of the classes; empty: all 1
};

/// Returns sets of options. Throws Error for a kind that is not listed.
std::vector<Options> variants(std::string_view kind) {
  if (kind == "softmax_cross_entropy" || kind == "binary_cross_entropy")
    return {{}, {{"label_smoothing", 0.1}}};
  if (kind == "huber") return {{}, {{"delta", 0.25}}};
  if (kind == "mean_squared_error" || kind == "mean_absolute_error" || kind == "hinge") return {{}};
  fail("[oracle] loss {} is not compared; add it to dump_losses.cpp", kind);
}

std::vector<double> random_weights(int64_t outputs, uint64_t stream) {
  std::vector<double> weights;
  for (const float value : random_floats(std::max<int64_t>(outputs, 2), stream, 1))
    weights.push_back(std::round(1000 * (1 + double{value})) / 1000);  // exact as text
  return weights;
}

/// The options of a case for Keras, with its class weights as a list.
Options described(const LossCase& loss, Options options) {
  std::string text;
  for (const double weight : loss.weights)
    text += (text.empty() ? "" : ", ") + std::to_string(weight);
  options.emplace_back("class_weights", text);
  return options;
}

std::vector<LossCase> loss_cases() {
  std::vector<LossCase> cases;
  for (const LossKind& kind : loss_kinds()) {
    for (const Options& options : variants(kind.kind)) {
      for (const Shape& shape : shapes) {
        // The softmax of a single number is always 1.
        if (kind.kind == "softmax_cross_entropy" && shape[1] == 1) continue;
        for (const Target target : {Target::classes, Target::mixed, Target::values}) {
          for (const bool weighted : {false, true}) {
            cases.push_back({kind.kind, options, shape, target, {}});
            if (weighted) cases.back().weights = random_weights(shape[1], cases.size());
          }
        }
      }
    }
  }
  return cases;
}

/// Returns valid targets of each loss: -1 or 1 for hinge, probabilities that sum to 1 for softmax,
/// numbers in [0, 1] for sigmoid, any values for the others.
std::vector<float> dense_targets(const LossCase& loss, uint64_t stream) {
  std::vector<float> values = random_floats(loss.shape.elements(), stream, 2);
  const auto row = static_cast<size_t>(loss.shape[1]);
  for (float& value : values) {
    if (loss.kind == "hinge") value = value < 0 ? -1.0F : 1.0F;
    if (loss.kind == "binary_cross_entropy") value = (value + 2) / 4;
    if (loss.kind == "softmax_cross_entropy") value = std::exp(value);
  }
  if (loss.kind != "softmax_cross_entropy") return values;
  for (size_t i = 0; i < values.size(); i += row) {
    const std::span<float> fractions = std::span(values).subspan(i, row);
    const float sum = std::accumulate(fractions.begin(), fractions.end(), 0.0F);
    for (float& fraction : fractions) fraction /= sum;
  }
  return values;
}

std::vector<int32_t> classes(const LossCase& loss, uint64_t stream) {
  Random random(5, stream);
  std::vector<int32_t> values;
  const auto count = static_cast<uint32_t>(std::max<int64_t>(loss.shape[1], 2));
  for (int64_t i = 0; i < loss.shape[0]; ++i)
    values.push_back(static_cast<int32_t>(random.below(count)));
  return values;
}

/// Weights of the first of two labels, in [0, 1).
std::vector<float> label_weights(const LossCase& loss, uint64_t stream) {
  std::vector<float> weights = random_floats(loss.shape[0], stream, 1);
  for (float& weight : weights) weight = weight / 2 + 0.5F;
  return weights;
}

/// Creates and owns tensors of one backend.
class Tensors {
 public:
  explicit Tensors(Backend& backend) : backend_(backend) {}

  Tensor make(const Shape& shape, DType dtype, const void* values = nullptr) {
    Tensor tensor{shape, dtype, nullptr};
    buffers_.push_back(backend_.allocate(tensor.bytes()));
    tensor.memory = buffers_.back().memory();
    if (values != nullptr) backend_.upload(values, tensor);
    return tensor;
  }

 private:
  Backend& backend_;
  std::vector<Buffer> buffers_;
};

void dump_case(const std::filesystem::path& folder, const LossCase& chosen, uint64_t number,
               const BackendKind& kind) {
  constexpr float scale = 4;
  const std::unique_ptr<Backend> backend = kind.make(2);
  const std::unique_ptr<Loss> loss = make_loss(chosen.kind, chosen.options);
  const ClassWeights weights(*backend, chosen.weights, chosen.shape[1]);
  const std::vector<float> drawn = random_floats(chosen.shape.elements(), number, scale);
  const std::vector<float> values = dense_targets(chosen, 1000 + number);
  const std::vector<int32_t> labels = classes(chosen, number);
  const std::vector<int32_t> seconds = classes(chosen, 1000 + number);
  const std::vector<float> mixture = label_weights(chosen, 2000 + number);
  const Shape rows{chosen.shape[0]};
  Tensors tensors(*backend);
  const Tensor outputs = tensors.make(chosen.shape, DType::f32, drawn.data());
  const auto make_targets = [&]() -> LossTargets {
    if (chosen.target == Target::values)
      return tensors.make(chosen.shape, DType::f32, values.data());
    const Tensor first = tensors.make(rows, DType::i32, labels.data());
    if (chosen.target == Target::classes) return first;
    return {first, tensors.make(rows, DType::i32, seconds.data()),
            tensors.make(rows, DType::f32, mixture.data())};
  };
  const Tensor grad = tensors.make(chosen.shape, DType::f32);
  const Tensor sums = tensors.make({3}, DType::f32);
  loss->run(*backend, outputs, make_targets(), weights.tensor(), grad, sums);

  Dump dump;
  dump.text("kind", std::string(chosen.kind));
  dump.text("backend", std::string(kind.name));
  dump.options("option", described(chosen, loss->options()));
  dump.floats("outputs", *backend, outputs);
  const size_t row_bytes = labels.size() * sizeof(int32_t);
  if (chosen.target == Target::values) {
    dump.bytes("values", "F32", chosen.shape, values.data(), values.size() * sizeof(float));
  } else {
    dump.bytes("classes", "I32", rows, labels.data(), row_bytes);
  }
  if (chosen.target == Target::mixed) {
    dump.bytes("second_classes", "I32", rows, seconds.data(), row_bytes);
    dump.bytes("label_weights", "F32", rows, mixture.data(), row_bytes);
  }
  dump.floats("grad", *backend, grad);
  dump.floats("sums", *backend, sums);
  dump.write(folder / fmt::format("loss-{}-{}-{}.safetensors", chosen.kind, number, kind.name));
}

}  // namespace

void dump_losses(const std::filesystem::path& folder, Dump& manifest) {
  uint64_t number = 0;
  for (const LossCase& loss : loss_cases()) {
    for (const BackendKind& kind : available_backends()) dump_case(folder, loss, number, kind);
    ++number;
  }
  manifest.text("losses", names(loss_kinds(), &LossKind::kind));
}

}  // namespace convlab
