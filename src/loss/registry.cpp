#include <array>
#include <type_traits>

#include "core/find_named.h"
#include "loss/binary_cross_entropy.h"
#include "loss/hinge.h"
#include "loss/huber.h"
#include "loss/mean_absolute_error.h"
#include "loss/mean_squared_error.h"
#include "loss/softmax_cross_entropy.h"

namespace convlab {

namespace {

struct NoOptions {
  template <class Visitor>
  void visit(Visitor&) {}
};

template <class Kind, class KindOptions>
constexpr LossKind entry(std::string_view kind, std::string_view title) {
  return {kind, title, list_options<KindOptions>,
          [](std::string_view name, const Options& options) -> std::unique_ptr<Loss> {
            const auto read = read_options<KindOptions>(name, options);
            if constexpr (std::is_same_v<KindOptions, NoOptions>) {
              return std::make_unique<Kind>();
            } else {
              return std::make_unique<Kind>(read);
            }
          }};
}

constexpr std::array kinds{
    entry<SoftmaxCrossEntropy, SoftmaxCrossEntropyOptions>("softmax_cross_entropy",
                                                           "Softmax cross-entropy"),
    entry<BinaryCrossEntropy, BinaryCrossEntropyOptions>("binary_cross_entropy",
                                                         "Binary cross-entropy"),
    entry<MeanSquaredError, NoOptions>("mean_squared_error", "Mean squared error"),
    entry<MeanAbsoluteError, NoOptions>("mean_absolute_error", "Mean absolute error"),
    entry<Huber, HuberOptions>("huber", "Huber"),
    entry<Hinge, NoOptions>("hinge", "Hinge"),
};

}  // namespace

std::span<const LossKind> loss_kinds() { return kinds; }

std::unique_ptr<Loss> make_loss(std::string_view kind, const Options& options) {
  return find_named("loss", kind, kinds, &LossKind::kind).make(kind, options);
}

}  // namespace convlab
