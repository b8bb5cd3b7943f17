#include "engine/protocol.h"

#include <array>

#include "core/error.h"
#include "core/find_named.h"
#include "engine/json_fields.h"

namespace convlab {
namespace {

/// An alternative of the variant `Message` in its encoding.
template <class Message>
struct Kind {
  std::string_view name;
  Message (*read)(FieldReader& fields);
};

template <class Message, class T>
Message read_fields(FieldReader& fields) {
  T message;
  visit(fields, message);
  return message;
}

template <class Message>
struct Kinds;
template <class... T>
struct Kinds<std::variant<T...>> {
  static constexpr std::array table{
      Kind<std::variant<T...>>{T::name, read_fields<std::variant<T...>, T>}...};
};

/// Reads the name of an alternative from the field `field` and then its fields.
template <class Message>
Message read_kind(FieldReader& reader, const char* field) {
  std::string name;
  reader(field, name);
  constexpr const auto& table = Kinds<Message>::table;
  return find_named(field, name, table, &Kind<Message>::name).read(reader);
}

template <class Message>
void write_kind(FieldWriter& writer, const char* field, const Message& message) {
  std::visit(
      [&](const auto& kind) {
        writer(field, std::string(kind.name));
        visit(writer, kind);
      },
      message);
}

void read_version(FieldReader& reader, const std::string& what) {
  int64_t version = 0;
  reader("protocol", version);
  if (version == protocol_version) return;
  fail(
      "{} has protocol version {}; expected {}. Files of different versions of convlab are in use: "
      "reload the page",
      what, version, protocol_version);
}

FieldWriter versioned_writer(std::vector<uint8_t>& block) {
  FieldWriter writer(block);
  writer("protocol", protocol_version);
  return writer;
}

struct ErrorKindName {
  ErrorKind kind;
  std::string_view name;
};
constexpr std::array error_kind_names{ErrorKindName{ErrorKind::invalid, "invalid"},
                                      ErrorKindName{ErrorKind::cancelled, "cancelled"},
                                      ErrorKindName{ErrorKind::failed, "failed"}};

}  // namespace

EncodedMessage encode(const Snapshot& snapshot, SeenParts& seen) {
  EncodedMessage encoded;
  FieldWriter writer = versioned_writer(encoded.block);
  visit(writer, snapshot);
  writer.object("parts", [&](FieldWriter& parts) {
    const auto is_new = [&](uint64_t version) { return version > seen.sequence; };
    if (is_new(snapshot.setup_version))
      parts.object("setup", [&](FieldWriter& fields) { visit_setup(fields, snapshot); });
    if (is_new(snapshot.curves_version))
      parts.object("curves", [&](FieldWriter& fields) { visit_curves(fields, snapshot); });
    const size_t first = is_new(snapshot.history_version) ? 0 : seen.epochs;
    if (is_new(snapshot.history_version) || snapshot.history.size() > first) {
      parts.object("history", [&](FieldWriter& fields) {
        fields("first", first);
        const HistoryColumns columns = columns_of(std::span(snapshot.history).subspan(first));
        visit(fields, columns);
      });
    }
    if (is_new(snapshot.samples.version())) parts("samples", *snapshot.samples);
    if (is_new(snapshot.predictions.version())) parts("predictions", *snapshot.predictions);
    if (is_new(snapshot.filters.version())) parts("filters", *snapshot.filters);
  });
  seen = {snapshot.sequence, snapshot.history.size()};
  encoded.json = dump_fields(writer.take());
  return encoded;
}

namespace {

void read_history(FieldReader& reader, std::vector<EpochResult>& history) {
  size_t first = 0;
  HistoryColumns columns;
  reader("first", first);
  visit(reader, columns);
  reader.check(columns);
  if (first > history.size())
    fail("snapshot.parts.history begins with epoch {}, but only {} are known", first,
         history.size());
  history.resize(first);
  append_rows(columns, history);
}

template <class T>
void read_part(FieldReader& parts, const char* name, uint64_t version, Part<T>& part) {
  if (!parts.has(name)) return;
  T value;
  parts(name, value);
  part = Part<T>(std::move(value), version);
}

}  // namespace

void decode_snapshot(std::string_view json, std::span<const uint8_t> block, Snapshot& snapshot) {
  const FieldJson object = parse_fields("snapshot", json);
  FieldReader reader("snapshot", object, block, false);
  read_version(reader, "snapshot");
  Snapshot next = snapshot;
  visit(reader, next);
  const uint64_t version = next.sequence;
  reader.object("parts", [&](FieldReader& parts) {
    if (parts.has("setup")) {
      parts.object("setup", [&](FieldReader& fields) { visit_setup(fields, next); });
      next.setup_version = version;
    }
    if (parts.has("curves")) {
      parts.object("curves", [&](FieldReader& fields) { visit_curves(fields, next); });
      next.curves_version = version;
    }
    if (parts.has("history"))
      parts.object("history", [&](FieldReader& fields) { read_history(fields, next.history); });
    read_part(parts, "samples", version, next.samples);
    read_part(parts, "predictions", version, next.predictions);
    read_part(parts, "filters", version, next.filters);
  });
  reader.finish();
  snapshot = std::move(next);
}

EncodedMessage encode(const Request& request, uint64_t id) {
  EncodedMessage encoded;
  FieldWriter writer = versioned_writer(encoded.block);
  writer("id", id);
  write_kind(writer, "request", request);
  encoded.json = dump_fields(writer.take());
  return encoded;
}

IdentifiedRequest decode_request(std::string_view json, std::span<const uint8_t> block) {
  const FieldJson object = parse_fields("request", json);
  FieldReader reader("request", object, block, true);
  read_version(reader, "request");
  IdentifiedRequest decoded;
  reader("id", decoded.id);
  decoded.request = read_kind<Request>(reader, "request");
  reader.finish();
  return decoded;
}

EncodedMessage encode(const Reply& reply) {
  EncodedMessage encoded;
  FieldWriter writer = versioned_writer(encoded.block);
  writer("id", reply.id);
  if (reply.error.empty()) {
    write_kind(writer, "result", reply.result);
  } else {
    writer("error", reply.error);
    for (const ErrorKindName& known : error_kind_names) {
      if (known.kind == reply.kind) writer("kind", std::string(known.name));
    }
  }
  encoded.json = dump_fields(writer.take());
  return encoded;
}

Reply decode_reply(std::string_view json, std::span<const uint8_t> block) {
  const FieldJson object = parse_fields("reply", json);
  FieldReader reader("reply", object, block, false);
  read_version(reader, "reply");
  Reply reply;
  reader("id", reply.id);
  if (object.contains("error")) {
    std::string kind;
    reader("error", reply.error);
    if (reply.error.empty()) fail("reply.error must not be empty");
    reader("kind", kind);
    reply.kind = find_named("reply.kind", kind, error_kind_names, &ErrorKindName::name).kind;
  } else {
    reply.result = read_kind<Result>(reader, "result");
  }
  reader.finish();
  return reply;
}

std::string to_json(const Result& result) {
  std::vector<uint8_t> no_block;
  FieldWriter writer(no_block, FieldWriter::Arrays::inside);
  std::visit([&](const auto& kind) { visit(writer, kind); }, result);
  return dump_fields(writer.take());
}

std::string_view to_string(RunState state) {
  for (const StateName& known : state_names) {
    if (known.state == state) return known.name;
  }
  return "unknown";
}

}  // namespace convlab
