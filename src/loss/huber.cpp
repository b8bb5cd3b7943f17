#include "loss/huber.h"

namespace convlab {

template <class Visitor>
void HuberOptions::visit(Visitor& visitor) {
  visitor.number("delta", delta, 1e-6, 1e6,
                 "error above which the loss is linear instead of quadratic");
}
template void HuberOptions::visit(OptionReader&);
template void HuberOptions::visit(OptionLister&);

Huber::Huber(const HuberOptions& options)
    : PointwiseLoss("huber",
                    {.kind = PointwiseLossKind::huber, .delta = static_cast<float>(options.delta)}),
      options_(checked_options("huber", options)) {}

Options Huber::options() const { return write_options(options_); }

}  // namespace convlab
