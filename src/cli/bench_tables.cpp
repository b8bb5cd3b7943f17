#include "cli/bench_tables.h"

#include <fmt/format.h>
#include <initializer_list>
#include <utility>

#include "cli/table.h"
#include "cli/terminal.h"
#include "core/counted.h"
#include "core/format.h"

namespace convlab {

namespace {

// A column of milliseconds, with GFLOP/s in brackets for layers that mainly compute products.
Column part(const BenchResult& result, const std::string& title, double LayerTime::* part) {
  Column column{title, Align::right, {}};
  for (const LayerTime& layer : result.layers) {
    const double ms = layer.*part;
    if (ms < 1e-3) {
      column.cells.emplace_back("");
    } else if (layer.gflop == 0) {
      column.cells.push_back(fmt::format("{:.2f}", ms));
    } else {
      column.cells.push_back(fmt::format("{:.2f} ({:.0f})", ms, layer.gflop / ms * 1e3));
    }
  }
  return column;
}

std::string row_of(std::initializer_list<std::string> cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row.append(" ").append(cell).append(" |");
  return row;
}

}  // namespace

void print_result(std::FILE* out, const BenchResult& result) {
  const auto row = [out](const char* name, const std::string& value) {
    std::fputs(fmt::format("  {:16} {}\n", name, value).c_str(), out);
  };
  std::fputs(fmt::format("{}, batch {}, {}, {}\n", result.model, result.batch, result.backend,
                         counted(result.threads, "thread"))
                 .c_str(),
             out);
  const bool inference = result.inference;
  row(inference ? "evaluation" : "training step", fmt::format("{:.2f} ms", result.step_ms));
  row("first two runs",
      fmt::format("{:.2f} and {:.2f} ms", result.first_step_ms, result.second_step_ms));
  row("images", with_commas(result.images_per_second) + " per second");
  row("throughput", fmt::format("{:.1f} GFLOP/s", result.gflops));
  row("matrix product", fmt::format("{:.1f} GFLOP/s", result.gemm_peak_gflops));
  row("efficiency", percent(result.efficiency) + " of the matrix product");
  row("memory", bytes_text(result.peak_memory_bytes) + " at peak");
}

void print_layers(std::FILE* out, const BenchResult& result) {
  Column names{"Layer", Align::left, {}};
  Column outputs{"Output", Align::left, {}};
  Column fractions{"Step", Align::right, {}};
  for (const LayerTime& layer : result.layers) {
    names.cells.push_back(layer.name);
    outputs.cells.push_back(layer.output);
    fractions.cells.push_back(percent(layer.step_ms() / result.step_ms));
  }
  const std::string text =
      table_text({names, outputs, part(result, "Forward", &LayerTime::forward_ms),
                  part(result, "Input gradient", &LayerTime::input_grad_ms),
                  part(result, "Weight gradient", &LayerTime::parameter_grad_ms), fractions});
  std::fprintf(out, "\nms (GFLOP/s)\n%s", text.c_str());
}

BenchRows::BenchRows(std::FILE* out, size_t runs, std::function<double()> now)
    : out_(out), runs_(runs), now_(std::move(now)), start_(now_()), terminal_(is_terminal(out)) {
  std::fputs(
      "| model | batch | images | threads | first step ms | step ms | images/s | GFLOP/s | of "
      "the "
      "matrix product | MB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
      out_);
}

void BenchRows::begin(const BenchOptions& run) {
  if (!terminal_) return;
  std::string text = fmt::format("{} of {}: {}, batch {}, {} …", done_ + 1, runs_, run.model,
                                 run.batch, counted(run.threads, "thread"));
  if (done_ > 0) {
    const double each = (now_() - start_) / static_cast<double>(done_);
    text += fmt::format("  about {} left", duration(each * static_cast<double>(runs_ - done_)));
  }
  std::fputs(text.c_str(), out_);
  std::fflush(out_);
}

void BenchRows::end(const BenchResult& result) {
  constexpr double megabyte = 1 << 20;
  print(row_of({result.model, std::to_string(result.batch),
                result.images > 0 ? with_commas(static_cast<double>(result.images)) : "",
                std::to_string(result.threads), fmt::format("{:.1f}", result.first_step_ms),
                fmt::format("{:.1f}", result.step_ms), with_commas(result.images_per_second),
                fmt::format("{:.1f}", result.gflops), fmt::format("{:.2f}", result.efficiency),
                with_commas(static_cast<double>(result.peak_memory_bytes) / megabyte)}));
}

void BenchRows::end(const BenchOptions& run, const std::string& error) {
  print(row_of({run.model, std::to_string(run.batch), "", std::to_string(run.threads), error, "",
                "", "", "", ""}));
}

void BenchRows::print(const std::string& row) {
  ++done_;
  std::fprintf(out_, "%s%s\n", terminal_ ? "\r\x1b[K" : "", row.c_str());
  std::fflush(out_);
}

}  // namespace convlab
