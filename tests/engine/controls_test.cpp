#include "engine/controls.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "data/catalog.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

const ModelItem* find(const Controls& table, const std::string& name) {
  const auto found = std::find_if(table.models.begin(), table.models.end(),
                                  [&](const ModelItem& item) { return item.name == name; });
  return found == table.models.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("controls: a model is offered for the data sets whose images it accepts") {
  const Controls table = controls();
  REQUIRE(find(table, "mnist-cnn") != nullptr);
  CHECK(find(table, "mnist-cnn")->takes("mnist"));
  CHECK(find(table, "mnist-cnn")->takes("fashion-mnist"));
  CHECK_FALSE(find(table, "mnist-cnn")->takes("letters"));
  CHECK(find(table, "vgg16") == nullptr);  // 28 pixels are too few for five poolings
  for (const ModelItem& item : table.models) {
    INFO(item.name);
    CHECK_FALSE(item.data_sets.empty());
    for (const std::string& data : item.data_sets) {
      const CatalogEntry& entry = find_entry(data);
      CHECK_NOTHROW(
          find_model(item.name).build(entry.image, static_cast<int64_t>(entry.class_names.size())));
    }
  }
}

TEST_CASE("controls: identical layers under two names are offered once") {
  const Controls table = controls();
  CHECK(find(table, "cifar-simple") == nullptr);  // the MNIST CNN for other images
  CHECK(find(table, "imagenette-article") == nullptr);
}

}  // namespace convlab
