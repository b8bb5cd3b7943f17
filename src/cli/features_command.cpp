#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/processors.h"
#include "cli/augment_options.h"
#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/interrupt.h"
#include "cli/json_lines.h"
#include "cli/status_line.h"
#include "cli/values.h"
#include "cli/weights_place.h"
#include "core/error.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "data/augment/augmentation_text.h"
#include "data/catalog.h"
#include "data/worker_pool.h"
#include "features/extract_features.h"
#include "features/feature_file.h"
#include "features/feature_writer.h"
#include "features/open_data.h"
#include "features/prepared_dataset.h"
#include "io/write_file.h"
#include "pretrained/load_pretrained.h"
#include "train/check_memory.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

struct FeaturesOptions {
  std::string backbone;
  std::string weights;
  std::string pool = "none";
  RunOptions run;                 ///< data, augmentation and seed
  std::vector<NamedFile> inputs;  ///< files that were read with the options
  std::string data_dir;
  int64_t copies = 0;
  int64_t batch = 8;
  std::string backend;
  std::string winograd = "auto";
  int threads = 0;
  std::string json;
  std::string out;
};

void check_copies(const FeaturesOptions& options, const AugmentationOptions& augmentation) {
  const bool changes = !augmentation_text(augmentation).empty();
  if (options.copies > 0 && !changes)
    fail("--copies {} would all be the same; expected --augment, which changes them",
         options.copies);
  if (options.copies == 0 && changes)
    fail("--augment changes copies of the training images; expected --copies N");
  if (augmentation.mixup > 0 || augmentation.cutmix > 0) {
    fail(
        "[augment] mixup and cutmix mix the labels of images, but features have one label; leave "
        "them out");
  }
  if (options.run.standardize || options.run.featurewise_center) {
    fail(
        "[augment] the input of a pretrained network is prepared as in its training; leave out "
        "featurewise_center and featurewise_std_normalization");
  }
}

/// Computes the features of a data set, from checking the options to the finished file.
class Extraction {
 public:
  explicit Extraction(const FeaturesOptions& options)
      : options_(options),
        augmentation_(read_augmentation(options.run.augmentation)),
        json_(options_.json),
        status_(json_.to_stdout() ? stderr : stdout, monotonic_seconds),
        weights_((check(), open_weights(find_weight_sets(options.backbone), NetworkPart::body,
                                        options.weights))),
        backend_(open_backend(options_.backend, options_.threads, options_.winograd)) {}

  /// Returns the exit status.
  int run() {
    Graph graph = feature_graph(weights_.set, options_.pool);
    const DatasetSplits data = open_images(options_.run.data, options_.data_dir);
    const FeatureInfo info = info_of(data, graph);
    if (is_done(info)) {
      status_.line(fmt::format("{} has these features already", options_.out));
      return finish(info, 0);
    }
    check_memory(graph, *backend_,
                 {.model = info.backbone, .batch = options_.batch, .eval_images = options_.batch});
    FeatureWriter writer(options_.out, info);
    Network network(std::move(graph), *backend_, 0, NetworkUse::inference);
    load_pretrained(network, weights_.set, *weights_.source);
    FeatureExtractor extractor(network, options_.batch);
    introduce(info, writer);
    const DatasetSplits images{.train = with_preprocessing(data.train, weights_.set),
                               .test = with_preprocessing(data.test, weights_.set)};
    return extract(extractor, images, info, writer);
  }

 private:
  void check() const {
    if (!is_data_path(options_.run.data)) find_entry(options_.run.data);
    check_copies(options_, augmentation_);
    std::vector<NamedFile> inputs = data_files(options_.run.data, options_.data_dir);
    inputs.push_back({"--weights", options_.weights});
    inputs.insert(inputs.end(), options_.inputs.begin(), options_.inputs.end());
    check_file_names(inputs, {{"--out", options_.out}, {"--json", options_.json}});
    check_writable(options_.out);
  }

  FeatureInfo info_of(const DatasetSplits& data, const Graph& graph) const {
    FeatureInfo info = describe_features(weights_, options_.pool, *backend_, data, graph);
    info.copies = options_.copies;
    info.augmentation = augmentation_text(augmentation_);
    info.seed = options_.copies > 0 ? options_.run.seed : 0;
    return info;
  }

  bool is_done(const FeatureInfo& info) const {
    std::error_code ignored;
    if (!fs::exists(options_.out, ignored)) return false;
    try {
      return parse_feature_file(open_file(options_.out)).info == info;
    } catch (const Error&) {
      return false;  // it will be replaced
    }
  }

  void introduce(const FeatureInfo& info, const FeatureWriter& writer) {
    const auto count = [](int64_t number) { return with_commas(static_cast<double>(number)); };
    status_.line(
        fmt::format("{} on {}: features {} of {} training images{} and {} validation "
                    "images, {}, {}{}",
                    info.backbone, info.data, info.shape, count(info.train),
                    info.copies > 0 ? fmt::format(" in {} versions", 1 + info.copies) : "",
                    count(info.validation), info.backend, backend_->threads(),
                    backend_->threads() == 1 ? " thread" : " threads"));
    if (writer.rows() > 0) {
      status_.line(fmt::format("resumed after {} of {}", count(writer.rows()),
                               with_commas(static_cast<double>(info.rows()), "image")));
    }
  }

  int extract(FeatureExtractor& extractor, const DatasetSplits& images, const FeatureInfo& info,
              FeatureWriter& writer) {
    const Interrupt interrupt;
    const double start = monotonic_seconds();
    const int64_t before = writer.rows();
    FeatureExtraction extraction(extractor, images, info,
                                 {.batch = options_.batch,
                                  .augmentation = augmentation_,
                                  .seed = options_.run.seed,
                                  .workers = make_workers(usable_threads(options_.threads))},
                                 writer);
    while (interrupt.received() == 0) {
      if (extraction.advance()) return finish(info, monotonic_seconds() - start);
      status_.update([&](size_t columns) {
        return progress_text(writer.rows(), before, info.rows(), monotonic_seconds() - start,
                             columns);
      });
    }
    status_.line(fmt::format("stopped after {} of {}; the same command continues",
                             with_commas(static_cast<double>(writer.rows())),
                             with_commas(static_cast<double>(info.rows()), "image")));
    json_.open();
    json_.write({{"event", "interrupted"}, {"images", writer.rows()}, {"of", info.rows()}});
    constexpr int shell_base = 128;  // exit status of a program that a signal ended
    return shell_base + interrupt.received();
  }

  static std::string progress_text(int64_t rows, int64_t before, int64_t total, double seconds,
                                   size_t columns) {
    const double fraction = static_cast<double>(rows) / static_cast<double>(total);
    const double rate = static_cast<double>(rows - before) / std::max(seconds, 1e-9);
    std::string text = fmt::format(
        "features {} {:.0f} %  {} of {}  {:.1f} images/s{}", bar_text(fraction), 100 * fraction,
        with_commas(static_cast<double>(rows)), with_commas(static_cast<double>(total), "image"),
        rate, left_text(rate > 0 ? static_cast<double>(total - rows) / rate : -1));
    if (text.size() > columns) text.resize(columns);
    return text;
  }

  int finish(const FeatureInfo& info, double seconds) {
    const FeatureFile file = parse_feature_file(open_file(options_.out));
    for (const std::string& note : file.data.notes) status_.line("note: " + note);
    std::error_code ignored;
    const auto bytes = static_cast<uint64_t>(fs::file_size(options_.out, ignored));
    status_.line(
        fmt::format("{}: {}, {:.1f} s; train a network on it: convlab train --model "
                    "article-head --data {}",
                    options_.out, bytes_text(bytes), seconds, options_.out));
    json_.open();
    json_.write({{"event", "features"},
                 {"file", options_.out},
                 {"backbone", info.backbone},
                 {"weights", info.weights},
                 {"data", info.data},
                 {"pool", info.pool},
                 {"shape", {info.shape[0], info.shape[1], info.shape[2]}},
                 {"train", file.data.train->size()},
                 {"validation", file.data.test->size()},
                 {"bytes", bytes},
                 {"seconds", seconds}});
    return 0;
  }

  const FeaturesOptions& options_;
  AugmentationOptions augmentation_;
  JsonLines json_;
  StatusLine status_;
  OpenedWeights weights_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace

void add_features(CLI::App& app, Action& action) {
  auto options = std::make_shared<FeaturesOptions>();
  CLI::App& command = *app.add_subcommand(
      "features", "Compute the features of a data set with a network trained on ImageNet");
  command
      .add_option("--backbone", options->backbone,
                  "Pretrained network, of which all but the classifier is used: " +
                      known_names(weight_sets(), &WeightSet::name))
      ->type_name("NAME")
      ->required();
  add_weights_file(command, options->weights);
  command
      .add_option("--data", options->run.data,
                  "Data set: a folder or an archive (.zip, .tar, .tgz) of your own, or one of: " +
                      known_names(catalog(), &CatalogEntry::name))
      ->type_name("NAME|PATH")
      ->check(utf8_text())
      ->required();
  add_data_dir(command, options->data_dir);
  command
      .add_option("--pool", options->pool,
                  "What is kept of each channel: none (all pixels), avg (their mean), max (the "
                  "largest)")
      ->type_name("POOL")
      ->capture_default_str()
      ->check(CLI::IsMember(std::vector<std::string>(feature_pools.begin(), feature_pools.end())));
  add_integer(command, "--copies", options->copies, 0, 1000,
              "Also the features of N copies of each training image, changed as --augment says");
  add_augment(command, options->run, options->inputs);
  add_seed(command, options->run.seed)->description("Random seed of --augment");
  add_integer(command, "--batch", options->batch, 1, 4096, "Batch size: images per forward pass");
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  add_winograd(command, options->winograd);
  command
      .add_option(
          "--out", options->out,
          "File to write (.safetensors), for --data of train, eval, knn and lr-find. FILE.part "
          "grows until it is finished; the same command continues one that was interrupted")
      ->type_name("FILE")
      ->required()
      ->check([](const std::string& file) {
        return is_feature_file(file) ? std::string()
                                     : file + ": expected a name that ends with .safetensors";
      });
  command
      .add_option("--json", options->json,
                  "Write the result as one JSON object to a file, or - for standard output")
      ->type_name("FILE");
  command.footer(
      "Example:\n"
      "  convlab features --backbone squeezenet1.1 --data imagenette --pool avg --out "
      "f.safetensors\n"
      "  convlab train --model article-head --data f.safetensors --epochs 10");
  command.callback(
      [options, &action] { action = [options] { return Extraction(*options).run(); }; });
}

}  // namespace convlab
