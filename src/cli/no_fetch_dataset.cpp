#include "cli/fetch_dataset.h"
#include "core/error.h"
#include "data/catalog.h"

namespace convlab {

int fetch_dataset(const FetchArguments& arguments) {
  fail(
      "[fetch] this convlab was built without libcurl and cannot download. Install it (Debian: "
      "libcurl4-openssl-dev) and build again; 'convlab datasets' says how else to get {}",
      find_entry(arguments.name).name);
}

}  // namespace convlab
