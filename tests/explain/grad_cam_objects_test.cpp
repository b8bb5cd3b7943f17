#include <algorithm>

#include "data/loader.h"
#include "explain/objects.h"
#include "explain/pictures.h"
#include "explain/small_networks.h"
#include "optim/optimizer.h"
#include "train/trainer.h"

namespace convlab {
namespace {

/// Ends with global average pooling, so that the class score is a sum over places.
Graph object_graph() {
  return parse_graph_json(R"({"input": [32, 32, 1], "layers": [
      {"kind": "conv2d", "options": {"filters": 12, "padding": "same"}}, {"kind": "relu"},
      {"kind": "conv2d", "options": {"filters": 12, "padding": "same"}}, {"kind": "relu"},
      {"kind": "max_pool2d"},
      {"kind": "conv2d", "options": {"filters": 16, "padding": "same"}}, {"kind": "relu"},
      {"kind": "global_avg_pool2d"}, {"kind": "dense", "options": {"units": 3}}]})",
                          "test");
}

/// Intersection over union of an object's box and the pixels whose value, interpolated to the
/// image, is at least half the largest.
double overlap(const ImageMap& map, const ObjectBox& box) {
  const float high = upper_value(map, 1);
  const std::vector<float> values = resized_map(map, object_image_side, object_image_side);
  double both = 0;
  double any = 0;
  for (int64_t y = 0; y < object_image_side; ++y) {
    for (int64_t x = 0; x < object_image_side; ++x) {
      const bool lit = values[static_cast<size_t>(y * object_image_side + x)] >= high / 2;
      both += lit && box.contains(y, x) ? 1 : 0;
      any += lit || box.contains(y, x) ? 1 : 0;
    }
  }
  return both / any;
}

}  // namespace

TEST_CASE("explain: Grad-CAM of a trained network lights up where the object is", "[no-tsan]") {
  const auto backend = make_backend("", 2);
  Network network(object_graph(), *backend, 3);
  constexpr int64_t train_images = 480;
  const auto train = make_objects(0, train_images);
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("adam").make({}),
                  5e-3);
  Loader loader(*train, {.batch = 16, .seed = 1});
  for (int64_t epoch = 0; epoch < 6; ++epoch) {
    if (epoch > 0) loader.start_epoch(epoch);
    for (Batch batch; loader.next(batch);) trainer.step(batch);
  }
  constexpr int64_t test_images = 60;
  double sum = 0;
  double without = 0;
  int64_t correct = 0;
  for (int64_t i = train_images; i < train_images + test_images; ++i) {
    const Explanation cam = explain({network, "softmax"}, object_pixels(i), {});
    correct += cam.explained.index == i % object_classes ? 1 : 0;
    sum += overlap(cam.map, object_box(i));
    without += overlap(cam.map, object_box(i + 1));  // an unrelated box
  }
  CHECK(correct >= test_images * 95 / 100);
  const double mean = sum / static_cast<double>(test_images);
  INFO("mean intersection over union " << mean);
  CHECK(mean >= 0.5);                                       // 0.71
  CHECK(without / static_cast<double>(test_images) < 0.3);  // 0.12
}

}  // namespace convlab
