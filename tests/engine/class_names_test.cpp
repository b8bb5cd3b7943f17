#include "engine/class_names.h"

#include <catch2/catch_test_macros.hpp>

namespace convlab {

TEST_CASE("class names: a difference is told with the first that differs") {
  CHECK(class_name_warning({"cat", "dog"}, {"cat", "dog"}).empty());
  CHECK(class_name_warning({}, {"cat", "dog"}).empty());
  CHECK(class_name_warning({"cat", "dog", "cow"}, {"cat", "pig", "hen"}) ==
        "The names of 2 of 3 classes differ: class 1 is 'pig' in the data, but was 'dog' when the "
        "model was trained. If these are other classes, the accuracy means nothing.");
}

}  // namespace convlab
