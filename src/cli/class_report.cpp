#include "cli/class_report.h"

#include <fmt/format.h>
#include <numeric>
#include <span>

#include "cli/table.h"
#include "core/format.h"

namespace convlab {

namespace {

std::string count(int64_t value) { return with_commas(static_cast<double>(value)); }

int64_t image_count(const Evaluation& result) {
  return std::accumulate(result.support.begin(), result.support.end(), int64_t{0});
}

std::span<const int32_t> confusion_row(const Evaluation& result, size_t label) {
  const size_t classes = result.class_names.size();
  return std::span(result.confusion).subspan(label * classes, classes);
}

std::vector<std::string> absent_classes(const Evaluation& result) {
  std::vector<std::string> absent;
  for (size_t label = 0; label < result.class_names.size(); ++label) {
    if (result.support[label] == 0) absent.push_back(result.class_names[label]);
  }
  return absent;
}

nlohmann::ordered_json score_figures(double precision, double recall, double f1, int64_t support) {
  return {{"precision", precision}, {"recall", recall}, {"f1", f1}, {"support", support}};
}

}  // namespace

std::string class_report(const Evaluation& result) {
  Column titles{"Class", Align::left, {}};
  Column precisions{"Precision", Align::right, {}};
  Column recalls{"Recall", Align::right, {}};
  Column f1s{"F1", Align::right, {}};
  Column images{"Images", Align::right, {}};
  const auto add = [&](const std::string& title, double precision, double recall, double f1,
                       int64_t support) {
    titles.cells.push_back(title);
    precisions.cells.push_back(percent(precision));
    recalls.cells.push_back(percent(recall));
    f1s.cells.push_back(percent(f1));
    images.cells.push_back(count(support));
  };
  for (size_t label = 0; label < result.class_names.size(); ++label) {
    add(result.class_names[label], result.precision[label], result.recall[label], result.f1[label],
        result.support[label]);
  }
  const std::vector<std::string> absent = absent_classes(result);
  add(absent.empty() ? "mean of classes" : "mean of classes with images", result.macro_precision,
      result.macro_recall, result.macro_f1, image_count(result));
  std::string text = table_text({titles, precisions, recalls, f1s, images});
  if (!absent.empty()) {
    std::string list;
    for (const std::string& name : absent) list += (list.empty() ? "" : ", ") + name;
    text += fmt::format("Without test images, and so not in the means: {}\n", list);
  }
  return text;
}

std::string confusion_table(const Evaluation& result) {
  // Columns have numbers instead of names so that the table stays narrow.
  Column numbers{"No.", Align::right, {}};
  Column titles{"True class, predicted as No.", Align::left, {}};
  std::vector<Column> predictions;
  const size_t classes = result.class_names.size();
  for (size_t label = 0; label < classes; ++label) {
    numbers.cells.push_back(std::to_string(label));
    titles.cells.push_back(result.class_names[label]);
    predictions.push_back({std::to_string(label), Align::right, {}});
  }
  for (size_t label = 0; label < classes; ++label) {
    const auto row = confusion_row(result, label);
    for (size_t c = 0; c < row.size(); ++c) predictions[c].cells.push_back(count(row[c]));
  }
  std::vector<Column> columns{numbers, titles};
  columns.insert(columns.end(), predictions.begin(), predictions.end());
  return table_text(columns);
}

nlohmann::ordered_json class_figures(const Evaluation& result) {
  auto classes = nlohmann::ordered_json::array();
  auto confusion = nlohmann::ordered_json::array();
  for (size_t label = 0; label < result.class_names.size(); ++label) {
    nlohmann::ordered_json figures{{"name", result.class_names[label]}};
    figures.update(score_figures(result.precision[label], result.recall[label], result.f1[label],
                                 result.support[label]));
    classes.push_back(std::move(figures));
    confusion.push_back(confusion_row(result, label));
  }
  return {{"macro", score_figures(result.macro_precision, result.macro_recall, result.macro_f1,
                                  image_count(result))},
          {"absent", absent_classes(result)},
          {"classes", std::move(classes)},
          {"confusion", std::move(confusion)}};
}

}  // namespace convlab
