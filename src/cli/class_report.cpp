#include "cli/class_report.h"

#include <span>

#include "cli/table.h"
#include "cli/text.h"
#include "core/error.h"

namespace convlab {

namespace {

std::string count(int64_t value) { return with_commas(static_cast<double>(value)); }

std::span<const int64_t> confusion_row(const ClassificationMetrics& metrics, size_t label) {
  const size_t classes = metrics.classes.size();
  return std::span(metrics.confusion).subspan(label * classes, classes);
}

std::vector<std::string> absent_classes(const std::vector<std::string>& names,
                                        const ClassificationMetrics& metrics) {
  std::vector<std::string> absent;
  for (size_t label = 0; label < names.size(); ++label) {
    if (metrics.classes[label].support == 0) absent.push_back(names[label]);
  }
  return absent;
}

nlohmann::ordered_json score_figures(const ClassScores& scores) {
  return {{"precision", scores.precision},
          {"recall", scores.recall},
          {"f1", scores.f1},
          {"support", scores.support}};
}

}  // namespace

std::string class_report(const std::vector<std::string>& names,
                         const ClassificationMetrics& metrics) {
  Column titles{"Class", Align::left, {}};
  Column precisions{"Precision", Align::right, {}};
  Column recalls{"Recall", Align::right, {}};
  Column f1s{"F1", Align::right, {}};
  Column images{"Images", Align::right, {}};
  const auto add = [&](const std::string& title, const ClassScores& scores) {
    titles.cells.push_back(title);
    precisions.cells.push_back(percent(scores.precision));
    recalls.cells.push_back(percent(scores.recall));
    f1s.cells.push_back(percent(scores.f1));
    images.cells.push_back(count(scores.support));
  };
  for (size_t label = 0; label < names.size(); ++label) add(names[label], metrics.classes[label]);
  const std::vector<std::string> absent = absent_classes(names, metrics);
  add(absent.empty() ? "mean of classes" : "mean of classes with images", metrics.macro);
  std::string text = table_text({titles, precisions, recalls, f1s, images});
  if (!absent.empty()) {
    std::string list;
    for (const std::string& name : absent) list += (list.empty() ? "" : ", ") + name;
    text += concat("Without test images, and so not in the means: ", list, "\n");
  }
  return text;
}

std::string confusion_table(const std::vector<std::string>& names,
                            const ClassificationMetrics& metrics) {
  // Columns have numbers instead of names so that the table stays narrow.
  Column numbers{"No.", Align::right, {}};
  Column titles{"True class, predicted as No.", Align::left, {}};
  std::vector<Column> predictions;
  for (size_t label = 0; label < names.size(); ++label) {
    numbers.cells.push_back(std::to_string(label));
    titles.cells.push_back(names[label]);
    predictions.push_back({std::to_string(label), Align::right, {}});
  }
  for (size_t label = 0; label < names.size(); ++label) {
    const auto row = confusion_row(metrics, label);
    for (size_t c = 0; c < row.size(); ++c) predictions[c].cells.push_back(count(row[c]));
  }
  std::vector<Column> columns{numbers, titles};
  columns.insert(columns.end(), predictions.begin(), predictions.end());
  return table_text(columns);
}

nlohmann::ordered_json class_figures(const std::vector<std::string>& names,
                                     const ClassificationMetrics& metrics) {
  auto classes = nlohmann::ordered_json::array();
  auto confusion = nlohmann::ordered_json::array();
  for (size_t label = 0; label < names.size(); ++label) {
    nlohmann::ordered_json figures{{"name", names[label]}};
    figures.update(score_figures(metrics.classes[label]));
    classes.push_back(std::move(figures));
    confusion.push_back(confusion_row(metrics, label));
  }
  return {{"macro", score_figures(metrics.macro)},
          {"absent", absent_classes(names, metrics)},
          {"classes", std::move(classes)},
          {"confusion", std::move(confusion)}};
}

}  // namespace convlab
