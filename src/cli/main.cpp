#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "cli/commands.h"

namespace {

/// Lists the known subcommands or, if one was given, its known options, for an error message.
std::string known_here(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  std::string known;
  if (chosen.empty()) {
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      known += (known.empty() ? "" : ", ") + command->get_name();
    }
    return "; known commands are: " + known;
  }
  for (const CLI::Option* option : chosen.front()->get_options()) {
    known += (known.empty() ? "" : ", ") + option->get_name();
  }
  return "; known options of " + chosen.front()->get_name() + " are: " + known;
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
  convlab::add_lr_find(app, action);
  convlab::add_bench(app, action);
  convlab::add_summary(app, action);
  convlab::add_layers(app, action);
  convlab::add_datasets(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ExtrasError& error) {
    return report(error.what() + known_here(app));
  } catch (const CLI::RequiredError& error) {
    const auto unknown = app.remaining();
    return report((unknown.empty() ? error.what() : "unknown command '" + unknown.front() + "'") +
                  known_here(app));
  } catch (const CLI::ParseError& error) {
    return report(error.what());
  }
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
