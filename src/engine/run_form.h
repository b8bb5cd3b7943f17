#pragma once

#include <vector>

#include "core/options.h"
#include "engine/run_options.h"

namespace convlab {

/// Returns the members of RunOptions that input forms show like the options of a kind, as far as
/// they differ from their defaults.
Options run_form_values(const RunOptions& options);
/// Sets these members, those that `values` lacks to their defaults. Each value must have the type
/// that run_form_values gives it; the engine checks the limits.
void set_run_form_values(RunOptions& options, const Options& values);

/// Describes the members.
std::vector<OptionField> run_form_fields();

}  // namespace convlab
