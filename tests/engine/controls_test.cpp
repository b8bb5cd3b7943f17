#include "engine/controls.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "data/catalog.h"
#include "data/memory_dataset.h"
#include "engine/protocol.h"
#include "engine/run_form.h"
#include "loss/loss.h"
#include "nn/registry.h"
#include "optim/optimizer.h"
#include "optim/schedules/schedule.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

const ModelItem* find(const Controls& table, const std::string& name) {
  const auto found = std::find_if(table.models.begin(), table.models.end(),
                                  [&](const ModelItem& item) { return item.name == name; });
  return found == table.models.end() ? nullptr : &*found;
}

Options sorted(Options options) {
  std::sort(options.begin(), options.end());
  return options;
}

}  // namespace

TEST_CASE("controls: a model is offered for the data sets whose images it accepts") {
  const Controls table = controls();
  REQUIRE(find(table, "mnist-cnn") != nullptr);
  CHECK(find(table, "mnist-cnn")->takes("mnist"));
  CHECK(find(table, "mnist-cnn")->takes("fashion-mnist"));
  CHECK_FALSE(find(table, "mnist-cnn")->takes("letters"));
  REQUIRE(find(table, "vgg16") != nullptr);
  CHECK(find(table, "vgg16")->takes("imagenette"));
  CHECK_FALSE(find(table, "vgg16")->takes("mnist"));  // 28 pixels are too few for five poolings
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

TEST_CASE(
    "controls: every kind of layer, optimizer, schedule and loss has a form with help texts") {
  const Controls table = controls();
  const auto forms_of = [&](std::string_view group) {
    return std::count_if(table.forms.begin(), table.forms.end(),
                         [&](const OptionForm& form) { return form.group == group; });
  };
  CHECK(forms_of("layer") == std::ssize(layer_kinds()));
  CHECK(forms_of("optimizer") == std::ssize(optimizer_kinds()));
  CHECK(forms_of("schedule") == std::ssize(schedule_kinds()));
  CHECK(forms_of("loss") == std::ssize(loss_kinds()));
  for (const std::string_view single : {"update", "early_stopping", "run"})
    CHECK(forms_of(single) == 1);
  for (const OptionForm& form : table.forms) {
    for (const OptionItem& item : form.fields) {
      INFO(form.group << " " << form.kind << " " << item.name);
      CHECK_FALSE(item.help.empty());
      CHECK(item.choices.empty() == (item.type != "choice"));
      if (item.type == "integer" || item.type == "number") CHECK(item.min < item.max);
    }
  }
}

TEST_CASE("controls: the defaults of a form are those that the registry uses") {
  for (const OptionForm& form : controls().forms) {
    INFO(form.group << " " << form.kind);
    if (form.group == "optimizer") {
      CHECK(form.defaults == find_optimizer(form.kind).make({})->options());
    } else if (form.group == "schedule") {
      CHECK(form.defaults == find_schedule(form.kind).make({}, {})->options());
    } else if (form.group == "loss") {
      CHECK(form.defaults == make_loss(form.kind, {})->options());
    }
  }
}

TEST_CASE("controls: forms keep their types and limits on their way to the page") {
  const Controls table = controls();
  const EncodedMessage message = encode(Reply{.id = 1, .error = {}, .result = table});
  const Reply reply = decode_reply(message.json, message.block);
  const auto& forms = std::get<Controls>(reply.result).forms;
  REQUIRE(forms.size() == table.forms.size());
  for (size_t i = 0; i < forms.size(); ++i) {
    INFO(forms[i].group << " " << forms[i].kind);
    CHECK(sorted(forms[i].defaults) == sorted(table.forms[i].defaults));
    REQUIRE(forms[i].fields.size() == table.forms[i].fields.size());
    for (size_t j = 0; j < forms[i].fields.size(); ++j) {
      CHECK(forms[i].fields[j].type == table.forms[i].fields[j].type);
      CHECK(forms[i].fields[j].max == table.forms[i].fields[j].max);
    }
  }
}

TEST_CASE("controls: the form of the run shows and sets members of its options") {
  CHECK(run_form_values({}).empty());
  RunOptions options;
  set_run_form_values(options, {{"featurewise_center", true},
                                {"validation_split", 0.2},
                                {"warmup_epochs", 1.0},
                                {"seed", int64_t{7}},
                                {"resize", std::string("stretch")},
                                {"class_weights", std::string("balanced")}});
  CHECK(options.featurewise_center);
  CHECK(options.validation_split == 0.2);
  CHECK(options.warmup_epochs == 1);
  CHECK(options.seed == 7);
  CHECK(options.resize == "stretch");
  CHECK(options.class_weights == "balanced");
  CHECK(run_form_values(options) == Options{{"featurewise_center", true},
                                            {"validation_split", 0.2},
                                            {"warmup_epochs", 1.0},
                                            {"seed", int64_t{7}},
                                            {"resize", std::string("stretch")},
                                            {"class_weights", std::string("balanced")}});
  const std::vector<OptionField> fields = run_form_fields();
  const auto resize = std::find_if(fields.begin(), fields.end(),
                                   [](const OptionField& field) { return field.name == "resize"; });
  REQUIRE(resize != fields.end());
  CHECK(resize->choices == std::vector<std::string_view>{"crop", "stretch", "center"});
  options.seed = ~uint64_t{0};  // as a file may have it
  set_run_form_values(options, run_form_values(options));
  CHECK(options.seed == ~uint64_t{0});
  set_run_form_values(options, {});
  CHECK(options == RunOptions{});
}

TEST_CASE("controls: identical layers under two names are offered once") {
  const Controls table = controls();
  CHECK(find(table, "cifar-simple") == nullptr);  // the MNIST CNN for other images
  CHECK(find(table, "imagenette-article") == nullptr);
}

TEST_CASE("controls: a data set says where its files are published, also one that shares them") {
  const Controls table = controls();
  const auto item = [&](const std::string& name) {
    return *std::find_if(table.data_sets.begin(), table.data_sets.end(),
                         [&](const DataItem& one) { return one.name == name; });
  };
  CHECK(item("mnist").urls.size() == 4);
  CHECK(item("mnist").download_bytes == 9912422 + 28881 + 1648877 + 4542);
  CHECK(item("cifar-100-coarse").urls == item("cifar-100").urls);
  CHECK(item("fashion-mnist").licence == "MIT");
}

TEST_CASE("controls: models that fit a data set's images and classes") {
  const auto names = [](const Shape& image, std::vector<std::string> classes) {
    return fitting_models(MemoryDataset("own", image, std::move(classes), 1));
  };
  // As for MNIST, whose images these are.
  std::vector<std::string> expected;
  const Controls table = controls();
  for (const ModelItem& model : table.models) {
    if (model.takes("mnist")) expected.push_back(model.name);
  }
  const std::vector<std::string> ten(10, "a");
  CHECK(names({28, 28, 1}, ten) == expected);
  CHECK(names({1, 1, 1}, ten).size() < expected.size());
}

}  // namespace convlab
