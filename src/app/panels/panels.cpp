#include "app/panels/panels.h"

#include <utility>

#include "app/panels/chart.h"
#include "app/panels/controls.h"
#include "app/panels/filters.h"
#include "app/panels/layer_output.h"
#include "app/panels/model.h"
#include "app/panels/samples.h"

namespace convlab {
namespace {

constexpr ChartOptions loss{.title = "Loss",
                            .train = &Snapshot::train_loss,
                            .validation = &Snapshot::val_loss,
                            .percent = false};
constexpr ChartOptions accuracy{.title = "Accuracy",
                                .train = &Snapshot::train_accuracy,
                                .validation = &Snapshot::val_accuracy,
                                .percent = true};

}  // namespace

std::vector<std::unique_ptr<Panel>> make_panels(Graphics& graphics, Operation operation,
                                                Requests& requests, DescribedNetwork& network) {
  std::vector<std::unique_ptr<Panel>> panels;
  if (operation.controls) {
    panels.push_back(std::make_unique<ControlsPanel>(*std::move(operation.controls), requests));
  }
  panels.push_back(std::make_unique<ChartPanel>(loss));
  panels.push_back(std::make_unique<ChartPanel>(accuracy));
  panels.push_back(std::make_unique<SamplesPanel>(graphics));
  panels.push_back(std::make_unique<FiltersPanel>(graphics));
  panels.push_back(std::make_unique<LayerOutputPanel>(graphics, requests, network));
  if (operation.files) {
    panels.push_back(
        std::make_unique<ModelPanel>(graphics, requests, network, *std::move(operation.files)));
  }
  return panels;
}

}  // namespace convlab
