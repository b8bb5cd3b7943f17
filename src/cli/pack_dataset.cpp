#include "cli/pack_dataset.h"

#include <fmt/format.h>
#include <cstdio>

#include "cli/status_line.h"
#include "cli/values.h"
#include "core/counted.h"
#include "core/format.h"
#include "pack/pack_datasets.h"

namespace convlab {

namespace {

class Listener final : public PackListener {
 public:
  Listener() : status_(stdout, monotonic_seconds) {}

  void up_to_date(const PackedDataset& packed) override {
    status_.line(packed.name + ": up to date");
  }
  void left_out(const std::string& why) override { status_.line(why); }
  void reading(const std::string& name) override {
    status_.update([&](size_t) { return name + ": reading"; });
    begin_ = monotonic_seconds();
  }
  void progress(const std::string& name, int64_t done, int64_t images) override {
    status_.update([&](size_t columns) {
      const double fraction = static_cast<double>(done) / static_cast<double>(images);
      const double seconds = monotonic_seconds() - begin_;
      std::string text = fmt::format("{} {} {:.0f} %{}", name, bar_text(fraction), 100 * fraction,
                                     left_text(seconds * (1 - fraction) / fraction));
      if (text.size() > columns) text.resize(columns);
      return text;
    });
  }
  void packed(const PackedDataset& packed) override {
    status_.line(
        fmt::format("{}: {} training and {} test images in {}, {}, in {}", packed.name,
                    with_commas(static_cast<double>(packed.train.count)),
                    with_commas(static_cast<double>(packed.test.count)),
                    counted(packed.train.shards.size() + packed.test.shards.size(), "file"),
                    bytes_text(packed.train.bytes + packed.test.bytes),
                    duration(monotonic_seconds() - begin_)));
  }

 private:
  StatusLine status_;
  double begin_ = 0;
};

}  // namespace

int pack_dataset(const PackArguments& arguments) {
  std::vector<PackSource> sources;
  for (const std::string& data : arguments.data)
    sources.push_back({.data = data, .data_dirs = {arguments.data_dir}});
  Listener listener;
  pack_datasets(sources, {.out = arguments.out, .limit = arguments.limit}, listener);
  return 0;
}

}  // namespace convlab
