// Metrics for given outputs and labels, accumulated over several batches.

#include <fmt/format.h>
#include <array>
#include <cmath>
#include <set>

#include "dump_file.h"
#include "train/classification_sums.h"

namespace convlab {

namespace {

struct Variant {
  int64_t classes = 0;
  int64_t top_k = 0;
  bool tied = false;  ///< outputs are rounded to integers, so that many are equal
};

/// Top-k variants from k = 1 to the number of classes.
std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const bool tied : {false, true}) {
    all.push_back({2, 1, tied});
    all.push_back({2, 2, tied});
    all.push_back({3, 2, tied});
    for (const int64_t top_k : {1, 5, 10}) all.push_back({10, top_k, tied});
    all.push_back({30, 5, tied});
  }
  return all;
}

/// Only two different sizes, because Keras compiles its metrics again for each.
constexpr std::array<int64_t, 4> batch_sizes{47, 1, 47, 47};

/// Draws outputs in [-2, 2) and adds 1 to the output of the label.
std::vector<float> draw_outputs(const Variant& variant, const std::vector<int32_t>& labels,
                                uint64_t stream) {
  const auto batch = static_cast<int64_t>(labels.size());
  const auto classes = static_cast<size_t>(variant.classes);
  std::vector<float> outputs = random_floats(batch * variant.classes, stream, 2);
  for (size_t row = 0; row < labels.size(); ++row)
    outputs[row * classes + static_cast<size_t>(labels[row])] += 1;
  if (!variant.tied) return outputs;
  // + 0 turns -0 into 0, because Keras' argmax on the CPU ranks -0 below 0.
  for (float& output : outputs) output = std::round(output) + 0.0F;
  return outputs;
}

/// With more than three classes the last one has no samples, which tests ratios of 0 to 0.
std::vector<int32_t> draw_labels(const Variant& variant, int64_t batch, uint64_t stream) {
  Random random(2, stream);
  const int64_t used = variant.classes > 3 ? variant.classes - 1 : variant.classes;
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < batch; ++i)
    labels.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(used))));
  return labels;
}

/// Writes every metric and records its name. If a member of the metrics is not listed here, this
/// does not compile.
class MetricsDump {
 public:
  MetricsDump(Dump& dump, std::set<std::string>& names) : dump_(dump), names_(names) {}

  void add(const ClassificationMetrics& metrics) {
    const auto& [accuracy, top_k_accuracy, classes, macro, confusion] = metrics;
    add("accuracy", {accuracy});
    add("top_k_accuracy", {top_k_accuracy});
    add_scores("class", classes);
    add_scores("macro", {macro});
    add("confusion", {confusion.begin(), confusion.end()});
  }

 private:
  void add(const std::string& name, const std::vector<double>& values) {
    dump_.doubles("metric/" + name, values);
    names_.insert(name);
  }

  void add_scores(const std::string& whose, const std::vector<ClassScores>& all) {
    std::vector<double> precisions;
    std::vector<double> recalls;
    std::vector<double> f1s;
    std::vector<double> supports;
    for (const auto& [precision, recall, f1, support] : all) {
      precisions.push_back(precision);
      recalls.push_back(recall);
      f1s.push_back(f1);
      supports.push_back(static_cast<double>(support));
    }
    add(whose + ".precision", precisions);
    add(whose + ".recall", recalls);
    add(whose + ".f1", f1s);
    add(whose + ".support", supports);
  }

  Dump& dump_;
  std::set<std::string>& names_;
};

void add_batch(Dump& dump, ClassificationSums& sums, Backend& backend, const Variant& variant,
               size_t index) {
  const int64_t batch = batch_sizes[index];
  const uint64_t stream = static_cast<uint64_t>(variant.classes) * batch_sizes.size() + index;
  const std::vector<int32_t> drawn = draw_labels(variant, batch, stream);
  Tensor outputs{{batch, variant.classes}, DType::f32};
  Tensor labels{{batch}, DType::i32};
  const Buffer output_memory = backend.allocate(outputs.bytes());
  const Buffer label_memory = backend.allocate(labels.bytes());
  outputs.memory = output_memory.memory();
  labels.memory = label_memory.memory();
  backend.upload(draw_outputs(variant, drawn, stream).data(), outputs);
  backend.upload(drawn.data(), labels);
  dump.floats(fmt::format("outputs/{}", index), backend, outputs);
  dump.bytes(fmt::format("labels/{}", index), "I32", labels.shape, drawn.data(), labels.bytes());
  sums.add(outputs, labels);
}

void dump_variant(const std::filesystem::path& folder, const Variant& variant,
                  const BackendKind& kind, std::set<std::string>& names) {
  const std::unique_ptr<Backend> backend = kind.make(2);
  ClassificationSums sums(*backend, variant.classes, variant.top_k);
  const std::string name =
      fmt::format("{}-top{}{}", variant.classes, variant.top_k, variant.tied ? "-tied" : "-plain");
  Dump dump;
  dump.text("case", name);
  dump.text("backend", std::string(kind.name));
  dump.text("classes", std::to_string(variant.classes));
  dump.text("top_k", std::to_string(variant.top_k));
  dump.text("tied", variant.tied ? "true" : "false");
  for (size_t i = 0; i < batch_sizes.size(); ++i) add_batch(dump, sums, *backend, variant, i);
  MetricsDump(dump, names).add(sums.read());
  dump.write(folder / fmt::format("metrics-{}-{}.safetensors", name, kind.name));
}

}  // namespace

void dump_metrics(const std::filesystem::path& folder, Dump& manifest) {
  std::set<std::string> names;
  for (const BackendKind& kind : available_backends()) {
    for (const Variant& variant : variants()) dump_variant(folder, variant, kind, names);
  }
  std::string text;
  for (const std::string& name : names) text += name + " ";
  manifest.text("metrics", text);
}

}  // namespace convlab
