#include "pack/pack_report.h"

#include <fmt/format.h>

#include "core/counted.h"
#include "core/format.h"

namespace convlab {

void PackReport::up_to_date(const PackedDataset& packed) {
  output_.line(packed.name + ": up to date");
}

void PackReport::left_out(const std::string& why) { output_.line("left out " + why); }

void PackReport::reading(const std::string& name) {
  begin_ = output_.now();
  output_.progress(name, -1, 0);
}

void PackReport::progress(const std::string& name, int64_t done, int64_t images) {
  output_.progress(name, static_cast<double>(done) / static_cast<double>(images),
                   output_.now() - begin_);
}

void PackReport::packed(const PackedDataset& packed) {
  output_.line(fmt::format("{}: {} training and {} test images in {}, {}, in {}", packed.name,
                           with_commas(static_cast<double>(packed.train.count)),
                           with_commas(static_cast<double>(packed.test.count)),
                           counted(packed.train.shards.size() + packed.test.shards.size(), "file"),
                           bytes_text(packed.train.bytes + packed.test.bytes),
                           duration(output_.now() - begin_)));
}

}  // namespace convlab
