#include <array>

#include "core/find_named.h"
#include "loss/binary_cross_entropy.h"
#include "loss/hinge.h"
#include "loss/huber.h"
#include "loss/mean_absolute_error.h"
#include "loss/mean_squared_error.h"
#include "loss/softmax_cross_entropy.h"

namespace convlab {

namespace {

template <class Kind>
constexpr LossKind entry(std::string_view kind) {
  return {kind, [](std::string_view name, const Options& options) -> std::unique_ptr<Loss> {
            OptionReader(name, options).finish();
            return std::make_unique<Kind>();
          }};
}

template <class Kind, class KindOptions>
constexpr LossKind entry(std::string_view kind) {
  return {kind, [](std::string_view name, const Options& options) -> std::unique_ptr<Loss> {
            return std::make_unique<Kind>(read_options<KindOptions>(name, options));
          }};
}

constexpr std::array kinds{
    entry<SoftmaxCrossEntropy, SoftmaxCrossEntropyOptions>("softmax_cross_entropy"),
    entry<BinaryCrossEntropy, BinaryCrossEntropyOptions>("binary_cross_entropy"),
    entry<MeanSquaredError>("mean_squared_error"),
    entry<MeanAbsoluteError>("mean_absolute_error"),
    entry<Huber, HuberOptions>("huber"),
    entry<Hinge>("hinge"),
};

}  // namespace

std::span<const LossKind> loss_kinds() { return kinds; }

std::unique_ptr<Loss> make_loss(std::string_view kind, const Options& options) {
  return find_named("loss", kind, kinds, &LossKind::kind).make(kind, options);
}

}  // namespace convlab
