// scripts/pack: packs data sets for the page under node, where no native build is needed.
//   convlab_pack OUT_DIR (NAME|NAME=DIR)… [--data-dir DIR]
// DIR: where else to look for a data set; --data-dir: where to look for all of them first.

#include <emscripten.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "core/error.h"
#include "pack/pack_report.h"

using namespace convlab;

// Emscripten's getenv knows nothing of node's process.
EM_JS_DEPS(host_variable, "$UTF8ToString,$stringToUTF8");
EM_JS(void, host_variable, (const char* name, char* value, int size),
      { stringToUTF8(process.env[UTF8ToString(name)] || "", value, size); });

namespace {

std::string variable(const char* name) {
  constexpr size_t max_path = 4096;
  std::array<char, max_path> value{};
  host_variable(name, value.data(), static_cast<int>(value.size()));
  return value.data();
}

void say(const std::string& text) { std::printf("pack: %s\n", text.c_str()); }

/// Shows every quarter of a data set.
class Quarters {
 public:
  void show(const std::string& name, double fraction) {
    if (fraction < 0) {
      say(name + ": reading");
      next_ = 0.25;
    } else if (fraction >= next_ && fraction < 1) {
      say(fmt::format("{}: {:.0f} %", name, 100 * fraction));
      next_ += 0.25;
    }
  }

 private:
  double next_ = 0.25;
};

void run(const std::vector<std::string>& arguments) {
  PackOptions options{.out = arguments.at(1),
                      .skip_missing = true,
                      .environment = {.convlab_data = variable("CONVLAB_DATA"),
                                      .xdg_cache_home = variable("XDG_CACHE_HOME"),
                                      .home = variable("HOME")}};
  std::string data_dir;
  std::vector<PackSource> sources;
  for (size_t i = 2; i < arguments.size(); ++i) {
    if (arguments[i] == "--data-dir") {
      data_dir = arguments.at(++i);
      continue;
    }
    const size_t end = arguments[i].find('=');
    PackSource& source = sources.emplace_back(PackSource{.data = arguments[i].substr(0, end)});
    if (end != std::string::npos) source.data_dirs.emplace_back(arguments[i].substr(end + 1));
  }
  if (!data_dir.empty()) {
    for (PackSource& source : sources) source.data_dirs.insert(source.data_dirs.begin(), data_dir);
  }
  Quarters quarters;
  PackReport report({.line = say,
                     .progress = [&](const std::string& name, double fraction,
                                     double) { quarters.show(name, fraction); },
                     .now = [] { return emscripten_get_now() / 1000; }});
  pack_datasets(sources, options, report);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run({argv, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pack: %s\n", error.what());
    return 1;
  }
}
