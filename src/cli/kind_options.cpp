#include "cli/kind_options.h"

#include "core/options_text.h"

namespace convlab {

void add_kind(CLI::App& command, const std::string& name, std::string& kind,
              const std::string& description) {
  command.add_option(name, kind, description)
      ->type_name("NAME")
      ->capture_default_str()
      ->group(optimization_group);
}

CLI::Option* add_kind_options(CLI::App& command, const std::string& name, Options& options,
                              const std::string& description) {
  return command
      .add_option_function<std::string>(
          name, [&options](const std::string& text) { options = parse_options(text); }, description)
      ->type_name("OPTIONS")
      ->group(optimization_group);
}

std::string kind_line(std::string_view kind, const std::string& remark, const Options& options) {
  std::string line = "\n  " + std::string(kind) + remark;
  if (!options.empty()) line += ": " + options_text(options);
  return line;
}

}  // namespace convlab
