#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replies.h"
#include "engine/requests.h"
#include "engine/snapshot.h"

/// The messages between front ends and the engine: the engine receives requests, answers them with
/// replies, and publishes snapshots. They are plain data with one encoding, in which they pass
/// between the page's threads.
namespace convlab {

/// Increases with every change after which the two sides would misunderstand each other, and is
/// part of each message: a page's files may be of different versions.
inline constexpr int64_t protocol_version = 4;

/// An encoded message: small values as JSON, arrays in one block of bytes. The JSON refers to an
/// array in the block as {"type": "f32" | "f64" | "i32" | "u8", "offset": bytes, "count":
/// elements}; elements are little-endian, offsets multiples of 4 bytes.
struct EncodedMessage {
  std::string json;
  std::vector<uint8_t> block;
};

/// What a receiver of snapshots knows already.
struct SeenParts {
  uint64_t sequence = 0;  ///< of the last snapshot that it got
  size_t epochs = 0;      ///< of the history
};
/// Encodes the numbers of a snapshot, and in the object "parts" what changed since `seen`: "setup",
/// "curves", "history" (the new epochs; "first" is the index of the first), "samples",
/// "predictions", "filters". Sets `seen` to what the receiver knows with it.
EncodedMessage encode(const Snapshot& snapshot, SeenParts& seen);
/// Changes `snapshot`, the one before, to the encoded one. Throws Error and changes nothing for an
/// invalid encoding: another protocol version, missing or unknown fields, arrays outside the block.
void decode_snapshot(std::string_view json, std::span<const uint8_t> block, Snapshot& snapshot);

/// A request and its id: any number that the front end chooses, and that the reply repeats; 0 if
/// only errors are of interest.
struct IdentifiedRequest {
  uint64_t id = 0;
  Request request;
};

/// Returns JSON: {"protocol": 4, "id": 1, "request": "start"}, {…, "request": "configure",
/// "options": {"data": "mnist", …}}, {…, "request": "set_learning_rate", "learning_rate": 0.01}.
/// Options such as optimizer_options are an object: {"momentum": 0.9}.
EncodedMessage encode(const Request& request, uint64_t id);
/// Omitted fields keep their defaults. Throws Error for an invalid encoding, for an unknown request
/// (listing the known ones), and for unknown or invalid fields.
IdentifiedRequest decode_request(std::string_view json, std::span<const uint8_t> block);

/// Returns JSON: {"protocol": 4, "id": 1, "result": "configured", "data": "mnist"}, or {"protocol":
/// 4, "id": 1, "error": "…", "kind": "invalid" | "cancelled" | "failed"}.
EncodedMessage encode(const Reply& reply);
Reply decode_reply(std::string_view json, std::span<const uint8_t> block);

/// Returns a result as one JSON object without a block, in which arrays are JSON arrays.
std::string to_json(const Result& result);

}  // namespace convlab
