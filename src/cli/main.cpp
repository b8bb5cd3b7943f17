#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "core/did_you_mean.h"

namespace {

std::string command_problem(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  const auto given = app.remaining();
  const std::string known = fmt::format("; known commands are: {}", fmt::join(names, ", "));
  if (given.empty()) return "expected a command" + known;
  return fmt::format("unknown command '{}'{}{}", given.front(),
                     convlab::did_you_mean(given.front(), names), known);
}

/// Describes the first unknown argument of a command, or else the required options that it lacks;
/// empty if it has neither problem.
std::string option_problem(const CLI::App& command) {
  std::vector<std::string> names;
  std::vector<std::string> missing;
  std::vector<std::string> subcommands;
  for (const CLI::Option* option : command.get_options()) {
    names.push_back(option->get_name());
    if (option->get_required() && option->count() == 0) {
      // A positional argument has no name that is typed.
      missing.push_back(option->get_positional()
                            ? option->get_type_name()
                            : option->get_name() + " " + option->get_type_name());
    }
  }
  for (const CLI::App* subcommand : command.get_subcommands([](const CLI::App*) { return true; }))
    subcommands.push_back(subcommand->get_name());
  const auto unknown = command.remaining();
  const auto is_option = [](const std::string& text) { return text.starts_with('-'); };
  if (const auto first = std::find_if(unknown.begin(), unknown.end(), is_option);
      first != unknown.end()) {
    const std::string name = first->substr(0, first->find('='));
    return fmt::format("unknown option '{}'{}", name, convlab::did_you_mean(name, names));
  }
  if (!unknown.empty()) {
    return fmt::format("unexpected argument '{}'{}", unknown.front(),
                       convlab::did_you_mean(unknown.front(), subcommands));
  }
  if (missing.empty()) return "";
  return fmt::format("{} {} required", fmt::join(missing, " and "),
                     missing.size() == 1 ? "is" : "are");
}

/// Describes what `app` did not understand, so that the message fits on the screen.
std::string problem(const CLI::App& app, const CLI::ParseError& error) {
  if (app.get_subcommands().empty()) return command_problem(app);
  const CLI::App* command = &app;
  std::string name;
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = command->get_subcommands()) {
    const auto before = command->remaining();
    command = chosen.front();
    name += (name.empty() ? "" : " ") + command->get_name();
    if (!before.empty())
      return fmt::format("'{}' stands before the command; expected it after '{}'", before.front(),
                         name);
  }
  const std::string text = option_problem(*command);
  if (text.empty()) return error.what();
  return fmt::format("{}; convlab {} --help lists the options", text, name);
}

/// Describes the first option that was given without a value, as by an unset variable of a shell;
/// empty if there is none.
std::string empty_value(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& value : option->results()) {
        if (value.empty())
          return fmt::format("{} is empty; expected {}", option->get_name(),
                             option->get_type_name());
      }
    }
    if (std::string problem = empty_value(*command); !problem.empty()) return problem;
  }
  return "";
}

int report(const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "convlab: %s\n", message.c_str());
  return 1;
}

/// Opens standard streams that the caller has closed, so that no file that is opened later takes
/// their place. Writing to them still fails.
void occupy_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
  }
}

/// Returns `status`, or 1 with a message if not everything could be written to standard output.
/// Nothing else checks the texts that the commands print.
int finish_output(int status) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  // An error before this flush is remembered without its reason.
  const std::string reason = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
  const int failed = report("standard output: not everything could be written" + reason);
  return status != 0 ? status : failed;
}

int run(int argc, char** argv) {
  CLI::App app("convlab trains convolutional networks on images.", "convlab");
  app.set_version_flag("--version", "convlab " CONVLAB_VERSION, "Print the version");
  app.set_help_flag("--help,-h", "Print this help");
  app.option_defaults()->take_last();
  app.require_subcommand(1);
  app.get_formatter()->column_width(28);
  app.footer(
      "convlab COMMAND --help lists the options of a command. Examples:\n"
      "  convlab train --model mnist-cnn --data mnist --epochs 5 --save digits.safetensors\n"
      "  convlab eval --model digits.safetensors --data mnist");
  convlab::Action action;
  convlab::add_train(app, action);
  convlab::add_eval(app, action);
  convlab::add_predict(app, action);
  convlab::add_classify(app, action);
  convlab::add_explain(app, action);
  convlab::add_features(app, action);
  convlab::add_join(app, action);
  convlab::add_knn(app, action);
  convlab::add_lr_find(app, action);
  convlab::add_bench(app, action);
  convlab::add_summary(app, action);
  convlab::add_layers(app, action);
  convlab::add_datasets(app, action);
  convlab::add_weights(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ExtrasError& error) {
    return report(problem(app, error));
  } catch (const CLI::RequiredError& error) {
    return report(problem(app, error));
  } catch (const CLI::ParseError& error) {
    return report(error.what());
  }
  if (const std::string problem = empty_value(app); !problem.empty()) return report(problem);
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    occupy_standard_streams();
    return finish_output(run(argc, argv));
  } catch (const std::bad_alloc&) {
    return report("out of memory");
  } catch (const std::exception& error) {
    return report(error.what());
  }
}
