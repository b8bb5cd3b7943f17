#include <array>

#include "core/find_named.h"
#include "loss/softmax_cross_entropy.h"

namespace convlab {

namespace {

constexpr std::array kinds{
    LossKind{"softmax_cross_entropy",
             [](const Options& o) -> std::unique_ptr<Loss> {
               return std::make_unique<SoftmaxCrossEntropy>(
                   read_options<SoftmaxCrossEntropyOptions>("softmax_cross_entropy", o));
             }},
};

}  // namespace

std::span<const LossKind> loss_kinds() { return kinds; }

std::unique_ptr<Loss> make_loss(std::string_view kind, const Options& options) {
  return find_named("loss", kind, kinds, &LossKind::kind).make(options);
}

}  // namespace convlab
