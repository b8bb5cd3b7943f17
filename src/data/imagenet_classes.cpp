#include "data/imagenet_classes.h"

#include <array>
#include <utility>

namespace convlab {

namespace {

// WordNet's synset numbers, and the first of its names. All 1,000 are in
// assets/imagenet_classes.txt, which is too large for the page.
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> classes{{
    {"n01440764", "tench"},
    {"n02102040", "English springer"},
    {"n02979186", "cassette player"},
    {"n03000684", "chain saw"},
    {"n03028079", "church"},
    {"n03394916", "French horn"},
    {"n03417042", "garbage truck"},
    {"n03425413", "gas pump"},
    {"n03445777", "golf ball"},
    {"n03888257", "parachute"},
    {"n02086240", "Shih-Tzu"},
    {"n02087394", "Rhodesian ridgeback"},
    {"n02088364", "beagle"},
    {"n02089973", "English foxhound"},
    {"n02093754", "Border terrier"},
    {"n02096294", "Australian terrier"},
    {"n02099601", "golden retriever"},
    {"n02105641", "Old English sheepdog"},
    {"n02111889", "Samoyed"},
    {"n02115641", "dingo"},
}};

}  // namespace

std::string_view imagenet_class(std::string_view id) {
  for (const auto& [known, name] : classes) {
    if (known == id) return name;
  }
  return {};
}

}  // namespace convlab
