#include "cli/values.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cstdio>

#include "backend/processors.h"
#include "backend/system_memory.h"
#include "core/counted.h"
#include "core/utf8.h"
#include "data/catalog.h"
#include "data/resize.h"
#include "engine/run_options.h"

namespace convlab {

namespace {

std::string backend_texts() {
  std::string texts;
  for (const BackendKind& kind : available_backends()) {
    texts += fmt::format("{}{} ({})", texts.empty() ? "" : ", ", kind.name, kind.description);
  }
  return texts;
}

}  // namespace

CLI::Option* add_data(CLI::App& command, std::string& data) {
  return command
      .add_option("--data", data,
                  "Data set: a folder or an archive (.zip, .tar, .tgz) of your own, a file of "
                  "convlab features (.safetensors), or one of: " +
                      known_names(catalog(), &CatalogEntry::name))
      ->type_name("NAME|PATH")
      ->check(utf8_text())
      ->required();
}

CLI::Option* add_image_size(CLI::App& command, int64_t& size) {
  return command
      .add_option("--image-size", size,
                  "Side of the square to which images are resized; default: the data set's, or the "
                  "network's if the images have different sizes")
      ->type_name("N")
      ->check(whole_number(1, max_run_image_size));
}

CLI::Option* add_resize(CLI::App& command, std::string& mode) {
  return command
      .add_option(
          "--resize", mode,
          "How images of another aspect ratio are resized. crop: their largest centred part "
          "of that aspect ratio; stretch: all of it, distorted (Keras' "
          "crop_to_aspect_ratio=True and False); center: 7/8 of each side of crop, as "
          "networks trained on ImageNet are evaluated")
      ->type_name("MODE")
      ->capture_default_str();
}

CLI::Option* add_data_dir(CLI::App& command, std::string& data_dir) {
  return command
      .add_option("--data-dir", data_dir,
                  "Folder with the data sets; default: $CONVLAB_DATA, the user's cache, the "
                  "system's folders")
      ->type_name("DIR");
}

CLI::Option* add_backend(CLI::App& command, std::string& backend) {
  return command
      .add_option("--backend", backend,
                  "Compute backend: " + backend_texts() + "; default: the first of these")
      ->type_name("NAME");
}

CLI::Option* add_winograd(CLI::App& command, std::string& winograd) {
  return command
      .add_option(
          "--winograd", winograd,
          "Winograd's algorithm for convolutions and the gradients of their inputs: auto (3x3 "
          "convolutions where it is faster), off, always (all with stride 1)")
      ->type_name("WHERE")
      ->capture_default_str()
      ->check(
          CLI::IsMember(std::vector<std::string>(winograd_names.begin(), winograd_names.end())));
}

CLI::Option* add_threads(CLI::App& command, int& threads) {
  return command
      .add_option("--threads", threads,
                  "Number of threads for computing, at most one per processor; 0: one per "
                  "processor that this "
                  "process may use")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(0, 1024));
}

int resolve_threads(int asked) {
  const int threads = usable_threads(asked);
  if (threads < asked) {
    std::fprintf(stderr, "note: --threads %d: this process may use %s, so it computes on %d\n",
                 asked, counted(threads, "processor").c_str(), threads);
  }
  return threads;
}

std::unique_ptr<Backend> open_backend(const std::string& name, int threads,
                                      std::string_view winograd) {
  auto backend = make_backend(name, resolve_threads(threads), system_memory_left);
  backend->set_winograd(find_winograd(winograd));
  return backend;
}

CLI::Option* add_seed(CLI::App& command, uint64_t& seed) {
  const auto check = [](const std::string& text) {
    uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end) return std::string();
    return fmt::format("'{}' is not a whole number from 0 to 2^64 - 1", text);
  };
  return command
      .add_option("--seed", seed, "Random seed for initial weights, shuffling and dropout")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Validator(check, ""));
}

CLI::Option* add_batch(CLI::App& command, int64_t& batch) {
  return add_integer(command, "--batch", batch, 1, 131072, "Batch size: images per training step");
}

CLI::Option* add_integer(CLI::App& command, const std::string& name, int64_t& value, int64_t min,
                         int64_t max, const std::string& description) {
  return command.add_option(name, value, description)
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(min, max));
}

CLI::Validator whole_number(int64_t min, int64_t max) {
  const auto check = [min, max](const std::string& text) {
    int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && value >= min && value <= max) return std::string();
    return fmt::format("'{}' is not a whole number from {} to {} in digits such as {}", text, min,
                       max, std::clamp<int64_t>(100, min, max));
  };
  return CLI::Validator(check, "");
}

CLI::Validator utf8_text() {
  const auto check = [](const std::string& text) {
    for (std::string_view rest = text; !rest.empty();) {
      const Utf8Character first = first_character(rest);
      if (!first.valid) {
        return fmt::format("{} has bytes that are not UTF-8; rename the file or folder",
                           escaped_utf8(text));
      }
      rest.remove_prefix(first.bytes);
    }
    return std::string();
  };
  return CLI::Validator(check, "");
}

CLI::Validator number_within(double min, double max) {
  // CLI::Range would accept NaN.
  const auto check = [min, max](const std::string& text) {
    double number = 0;
    if (CLI::detail::lexical_cast(text, number) && number >= min && number <= max)
      return std::string();
    return fmt::format("'{}' is not a number from {} to {}", text, min, max);
  };
  return CLI::Validator(check, "");
}

CLI::Option* add_number(CLI::App& command, const std::string& name, double& value, double min,
                        double max, const std::string& description) {
  return command.add_option(name, value, description)->check(number_within(min, max));
}

}  // namespace convlab
