#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "backend/backend.h"

namespace convlab {

/// Lists the names of a table's entries for a help text: "adam, adamw, sgd".
template <class Table, class Member>
std::string known_names(const Table& table, Member member) {
  std::string names;
  for (const auto& entry : table) names.append(names.empty() ? "" : ", ").append(entry.*member);
  return names;
}

/// Add options that several commands share. The help of --data and --backend lists the known names.
CLI::Option* add_data(CLI::App& command, std::string& data);
/// Adds --image-size, see RunOptions::image_size.
CLI::Option* add_image_size(CLI::App& command, int64_t& size);
/// Adds --resize, see RunOptions::resize.
CLI::Option* add_resize(CLI::App& command, std::string& mode);
CLI::Option* add_data_dir(CLI::App& command, std::string& data_dir);
CLI::Option* add_backend(CLI::App& command, std::string& backend);
/// Adds --winograd, the name of a Winograd.
CLI::Option* add_winograd(CLI::App& command, std::string& winograd);
CLI::Option* add_threads(CLI::App& command, int& threads);
/// The number of threads for an option of add_threads: usable_threads. Says on standard error when
/// they are fewer than asked for.
int resolve_threads(int asked);
/// Makes a backend with resolve_threads(threads) that allocates no more than the system's memory.
std::unique_ptr<Backend> open_backend(const std::string& name, int threads,
                                      std::string_view winograd = "auto");
CLI::Option* add_seed(CLI::App& command, uint64_t& seed);
CLI::Option* add_batch(CLI::App& command, int64_t& batch);

/// Accepts whole numbers from `min` to `max` in digits.
CLI::Validator whole_number(int64_t min, int64_t max);

/// Accepts text in UTF-8, as names that are saved in files must be.
CLI::Validator utf8_text();

/// Accepts numbers from `min` to `max`.
CLI::Validator number_within(double min, double max);

/// Adds an option for a whole number from `min` to `max`.
CLI::Option* add_integer(CLI::App& command, const std::string& name, int64_t& value, int64_t min,
                         int64_t max, const std::string& description);

/// Adds an option for a number from `min` to `max`.
CLI::Option* add_number(CLI::App& command, const std::string& name, double& value, double min,
                        double max, const std::string& description);

}  // namespace convlab
