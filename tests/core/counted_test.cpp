#include "core/counted.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

namespace convlab {

TEST_CASE("counted: the noun is singular only after 1") {
  CHECK(counted(1, "image") == "1 image");
  CHECK(counted(0, "image") == "0 images");
  CHECK(counted(uint64_t{2}, "image") == "2 images");
  CHECK(counted(1.0, "epoch") == "1 epoch");
  CHECK(counted(0.5, "epoch") == "0.5 epochs");
}

TEST_CASE("counted: nouns that end in s, tch or x get es") {
  CHECK(counted(10, "class") == "10 classes");
  CHECK(counted(10, "batch") == "10 batches");
  CHECK(counted(2, "box") == "2 boxes");
}

}  // namespace convlab
