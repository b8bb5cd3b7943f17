#include "data/arriving_data.h"

#include "core/error.h"
#include "core/shape.h"
#include "data/catalog.h"
#include "data/formats/shard.h"

namespace convlab {

DatasetSplits ArrivingData::open(const std::string& name) {
  const CatalogEntry& entry = find_entry(name);
  const auto empty = [&](const CatalogSplit& split) {
    return std::make_shared<MemoryDataset>(entry.name, entry.image, entry.class_names, split.count);
  };
  const auto train = empty(entry.train);
  const auto test = empty(entry.test);
  opened_[name] = {train, test};
  return {train, test};
}

bool ArrivingData::append(const std::string& name, bool train, std::span<const uint8_t> shard,
                          const std::string& source) {
  const auto found = opened_.find(name);
  if (found == opened_.end()) return false;
  const auto dataset = (train ? found->second.train : found->second.test).lock();
  if (!dataset) return false;
  const Shard parsed = parse_shard(shard, source);
  if (parsed.image != dataset->image_shape()) {
    fail("{}: has images of {} but {} has {}", source, parsed.image, name, dataset->image_shape());
  }
  dataset->append(parsed.images, parsed.labels, source);
  return true;
}

}  // namespace convlab
