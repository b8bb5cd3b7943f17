#include <array>

#include "core/find_named.h"
#include "optim/adagrad.h"
#include "optim/adam.h"
#include "optim/rmsprop.h"
#include "optim/sgd.h"

namespace convlab {

namespace {

constexpr std::array kinds{
    OptimizerKind{"adam", "Adam", 1e-3, list_options<AdamOptions>,
                  [](const Options& o) -> std::unique_ptr<Optimizer> {
                    return std::make_unique<Adam>(read_options<AdamOptions>("adam", o));
                  }},
    OptimizerKind{"adamw", "AdamW", 1e-3, list_options<AdamWOptions>,
                  [](const Options& o) -> std::unique_ptr<Optimizer> {
                    return std::make_unique<Adam>(read_options<AdamWOptions>("adamw", o));
                  }},
    OptimizerKind{"sgd", "SGD", 1e-2, list_options<SgdOptions>,
                  [](const Options& o) -> std::unique_ptr<Optimizer> {
                    return std::make_unique<Sgd>(read_options<SgdOptions>("sgd", o));
                  }},
    OptimizerKind{"rmsprop", "RMSprop", 1e-3, list_options<RmspropOptions>,
                  [](const Options& o) -> std::unique_ptr<Optimizer> {
                    return std::make_unique<Rmsprop>(read_options<RmspropOptions>("rmsprop", o));
                  }},
    OptimizerKind{"adagrad", "Adagrad", 1e-3, list_options<AdagradOptions>,
                  [](const Options& o) -> std::unique_ptr<Optimizer> {
                    return std::make_unique<Adagrad>(read_options<AdagradOptions>("adagrad", o));
                  }},
};

}  // namespace

std::span<const OptimizerKind> optimizer_kinds() { return kinds; }

const OptimizerKind& find_optimizer(std::string_view kind) {
  return find_named("optimizer", kind, kinds, &OptimizerKind::kind);
}

}  // namespace convlab
