#include "engine/protocol.h"

#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/find_named.h"
#include "engine/json_fields.h"

namespace convlab {
namespace {

/// The name of a Command and the function that reads its fields.
struct CommandKind {
  std::string_view name;
  Command (*read)(FieldReader& fields);
};

template <class T>
Command read_plain(FieldReader&) {
  return T{};
}

Command read_configure(FieldReader& fields) {
  Configure configure;
  fields("options", configure.options);
  return configure;
}

Command read_set_learning_rate(FieldReader& fields) {
  SetLearningRate set{std::numeric_limits<double>::quiet_NaN()};
  fields("learning_rate", set.learning_rate);
  if (!std::isfinite(set.learning_rate)) fail("set_learning_rate needs a number 'learning_rate'");
  return set;
}

/// All known commands, in the order of the variant's alternatives.
constexpr std::array<CommandKind, std::variant_size_v<Command>> command_kinds{
    {{"configure", read_configure},
     {"start", read_plain<Start>},
     {"pause", read_plain<Pause>},
     {"step", read_plain<Step>},
     {"reset", read_plain<Reset>},
     {"set_learning_rate", read_set_learning_rate}}};

}  // namespace

EncodedSnapshot encode(const Snapshot& snapshot) {
  EncodedSnapshot encoded;
  FieldWriter writer(encoded.block);
  visit(writer, snapshot);
  encoded.json = dump_fields(writer.take());
  return encoded;
}

Snapshot decode_snapshot(std::string_view json, std::span<const uint8_t> block) {
  const FieldJson object = parse_fields("snapshot", json);
  FieldReader reader("snapshot", object, block, false);
  Snapshot snapshot;
  visit(reader, snapshot);
  reader.finish();
  return snapshot;
}

std::string encode(const Command& command) {
  std::vector<uint8_t> no_block;
  FieldWriter writer(no_block);
  writer("command", std::string(command_kinds[command.index()].name));
  if (const auto* configure = std::get_if<Configure>(&command)) {
    writer("options", configure->options);
  }
  if (const auto* set = std::get_if<SetLearningRate>(&command)) {
    writer("learning_rate", set->learning_rate);
  }
  return dump_fields(writer.take());
}

Command decode_command(std::string_view json) {
  const FieldJson object = parse_fields("command", json);
  FieldReader reader("command", object, {}, true);
  std::string name;
  reader("command", name);
  const CommandKind& kind = find_named("command", name, command_kinds, &CommandKind::name);
  Command command = kind.read(reader);
  reader.finish();
  return command;
}

std::string_view to_string(RunState state) {
  for (const StateName& known : state_names) {
    if (known.state == state) return known.name;
  }
  return "unknown";
}

}  // namespace convlab
