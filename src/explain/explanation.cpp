#include "explain/explanation.h"

#include "core/find_named.h"
#include "explain/gradients.h"
#include "explain/occlusion.h"

namespace convlab {

namespace {

template <class Kind>
std::unique_ptr<Explainer> make(ScoredNetwork network, std::vector<uint8_t> pixels,
                                const ExplainOptions& options) {
  return std::make_unique<Kind>(network, std::move(pixels), options);
}

constexpr std::array table{
    ExplainMethod{"gradcam", "Grad-CAM", "Selvaraju et al. 2017", &make<GradCam>},
    ExplainMethod{"saliency", "Saliency", "Simonyan et al. 2014", &make<Saliency>},
    ExplainMethod{"smoothgrad", "SmoothGrad", "Smilkov et al. 2017", &make<SmoothGrad>},
    ExplainMethod{"occlusion", "Occlusion", "Zeiler and Fergus 2014", &make<Occlusion>},
};

}  // namespace

std::span<const ExplainMethod> explain_methods() { return table; }

std::unique_ptr<Explainer> make_explainer(ScoredNetwork network, std::vector<uint8_t> pixels,
                                          const ExplainOptions& options) {
  const ExplainMethod& method = find_named("method", options.method, table, &ExplainMethod::name);
  network.check_class(options.class_index);
  return method.make(network, std::move(pixels), options);
}

Explanation explain(ScoredNetwork network, std::vector<uint8_t> pixels,
                    const ExplainOptions& options) {
  const auto explainer = make_explainer(network, std::move(pixels), options);
  while (!explainer->advance()) continue;
  return explainer->result();
}

}  // namespace convlab
