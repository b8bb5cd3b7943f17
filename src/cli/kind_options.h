#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "core/options.h"

/// Options that choose a kind of a registry by name (optimizer, schedule, loss) and set its
/// options.
namespace convlab {

/// The group of these options in the help.
inline constexpr const char* optimization_group = "Optimization";

/// Adds an option for the name of a kind.
void add_kind(CLI::App& command, const std::string& name, std::string& kind,
              const std::string& description);

/// Adds an option for the kind's options, such as "momentum=0.9,nesterov=true".
CLI::Option* add_kind_options(CLI::App& command, const std::string& name, Options& options,
                              const std::string& description);

/// Returns a line of help text that lists the options of a kind.
std::string kind_line(std::string_view kind, const std::string& remark, const Options& options);

}  // namespace convlab
