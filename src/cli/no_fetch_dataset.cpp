#include "cli/fetch_dataset.h"
#include "core/error.h"
#include "data/catalog.h"

namespace convlab {

int fetch_dataset(const FetchArguments& arguments) {
  return fetch_entry(find_entry(arguments.name), {}, {});
}

int fetch_entry(const CatalogEntry& entry, const std::filesystem::path&,
                const std::function<std::string()>&, const std::optional<Excerpt>&) {
  fail(
      "[fetch] this convlab was built without libcurl and cannot download. Install it (Debian: "
      "libcurl4-openssl-dev) and build again, or get {} elsewhere: {}",
      entry.name, entry.get);
}

}  // namespace convlab
