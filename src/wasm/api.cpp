#include "wasm/api.h"

#include <emscripten.h>
#include <emscripten/heap.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/find_named.h"
#include "core/utf8.h"
#include "data/arriving_data.h"
#include "data/own_data.h"
#include "data/own_data_json.h"
#include "engine/controls.h"
#include "engine/engine.h"
#include "engine/needed_data.h"
#include "engine/protocol.h"
#include "features/feature_file.h"
#include "features/open_data.h"
#include "pretrained/load_pretrained.h"
#include "wasm/blob_source.h"

using namespace convlab;

namespace {

struct AddedWeights {
  std::shared_ptr<const ByteSource> source;
  std::string sha256;
};

// State of the C API: the module's only engine, and what it has returned to JavaScript.
struct ModuleState {
  ArrivingData data;
  OwnData own;
  std::map<std::string, AddedWeights, std::less<>> weights;
  std::unique_ptr<Engine> engine;
  std::string error;
  EncodedMessage encoded;
  SeenParts seen;  // what JavaScript knows of the snapshots
  uint64_t sequence = 0;
};

ModuleState& state() {
  static ModuleState instance;
  return instance;
}

// Bytes available up to the module's maximum memory, including memory that malloc holds free.
uint64_t memory_left() {
  const auto end = reinterpret_cast<uintptr_t>(sbrk(0));
  return uint64_t{emscripten_get_heap_max()} - end + static_cast<uint64_t>(mallinfo().fordblks);
}

/// Threads that decode images. The module has workers ready for at most these, besides those that
/// compute (PTHREAD_POOL_SIZE in scripts/cmake/convlab.cmake); each takes some megabytes.
int64_t loader_threads(int threads) {
#ifdef __EMSCRIPTEN_PTHREADS__
  constexpr int ready = 4;
  return std::clamp(threads, 1, ready);
#else
  static_cast<void>(threads);
  return 0;
#endif
}

double now_seconds() { return emscripten_get_now() * 1e-3; }

// Runs the body of a function of the C API and turns exceptions into a return code and a message.
template <class Body>
int guarded(const Body& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    state().error = error.what();
  } catch (...) {
    state().error = "unknown failure in the engine";
  }
  return -1;
}

DatasetSplits find_data(const std::string& name) {
  const DatasetSplits* own = state().own.find(name);
  return own != nullptr ? *own : state().data.open(name);
}

std::shared_ptr<const ByteSource> source_of(const ListedFile& file) {
  return blob_source(escaped_utf8(file.path), file.size, file.source);
}

/// A file of features, whose rows are read in random order: from memory, unless it is large.
std::shared_ptr<const ByteSource> feature_source(const ListedFile& file) {
  constexpr uint64_t max_bytes = uint64_t{64} << 20U;
  std::shared_ptr<const ByteSource> source = source_of(file);
  if (source->size() > max_bytes) return source;
  return memory_source(source->name(), source->read(0, source->size()));
}

std::vector<SourceFile> sources_of(std::vector<ListedFile> listed) {
  std::vector<SourceFile> files;
  for (ListedFile& file : listed) {
    auto source = source_of(file);
    files.push_back({std::move(file.path), std::move(source)});
  }
  return files;
}

const WeightSet& find_set(std::string_view name) {
  return find_named("weights", name, weight_sets(), &WeightSet::name);
}

/// The weights that a list with one file names.
std::pair<const WeightSet&, std::shared_ptr<const ByteSource>> listed_weights(
    std::string_view json) {
  const ListedFiles listed = parse_listed_files(json);
  if (listed.files.size() != 1) fail("[weights] expected one file");
  return {find_set(listed.name), source_of(listed.files.front())};
}

OpenedWeights find_weights(const std::string& name) {
  const WeightSet& set = find_set(name);
  const auto found = state().weights.find(name);
  if (found == state().weights.end())
    fail("[weights] {} are not here yet; fetch them first", set.name);
  return {.set = set, .source = found->second.source, .sha256 = found->second.sha256};
}

Engine& engine() {
  if (!state().engine) fail("[wasm] there is no engine; call convlab_create first");
  return *state().engine;
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE int convlab_create(int threads) {
  return guarded([&] {
    state().engine = std::make_unique<Engine>(
        EngineEnvironment{.backend = make_backend("", threads, memory_left),
                          .open_data = find_data,
                          .open_weights = find_weights,
                          .now = now_seconds,
                          .loader_threads = loader_threads(threads)});
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE const char* convlab_error() { return state().error.c_str(); }

EMSCRIPTEN_KEEPALIVE void* convlab_allocate(uint32_t bytes) { return std::malloc(bytes); }

EMSCRIPTEN_KEEPALIVE void convlab_free(void* memory) { std::free(memory); }

EMSCRIPTEN_KEEPALIVE int convlab_send(const char* json, uint32_t length, const uint8_t* block,
                                      uint32_t block_bytes) {
  return guarded([&] {
    IdentifiedRequest decoded = decode_request({json, length}, {block, block_bytes});
    engine().send(std::move(decoded.request), decoded.id);
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_needed_data(const char* json, uint32_t length,
                                             const uint8_t* block, uint32_t block_bytes) {
  return guarded([&] {
    const IdentifiedRequest decoded = decode_request({json, length}, {block, block_bytes});
    state().encoded = {.json = needed_data(decoded.request), .block = {}};
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_take_reply() {
  return guarded([&] {
    const std::optional<Reply> reply = engine().take_reply();
    if (!reply) return 0;
    state().encoded = encode(*reply);
    return 1;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_describe_catalog(const char* catalog, uint32_t length,
                                                  const char* source) {
  return guarded([&] {
    state().data.describe({catalog, length}, source);
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_append(const char* data, const char* file, const uint8_t* bytes,
                                        uint32_t length, const char* source) {
  return guarded([&] {
    Engine& user = engine();
    if (state().data.append(data, file, {bytes, length}, source)) user.data_arrived();
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_add_data(const char* json, uint32_t length) {
  return guarded([&] {
    ListedFiles listed = parse_listed_files({json, length});
    OwnData& own = state().own;
    const DatasetSplits& splits =
        listed.files.size() == 1 && is_feature_file(listed.files[0].path)
            ? own.add_opened(listed.name, parse_feature_file(feature_source(listed.files[0])).data)
            : own.add(listed.name, sources_of(std::move(listed.files)));
    state().encoded = {.json = describe_data(listed.name, splits, fitting_models(*splits.train)),
                       .block = {}};
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_remove_data(const char* name) {
  return guarded([&] {
    state().own.remove(name);
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_add_weights(const char* json, uint32_t length,
                                             const char* sha256) {
  return guarded([&] {
    const auto [set, source] = listed_weights({json, length});
    state().weights.insert_or_assign(set.name, AddedWeights{source, sha256});
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_weight_ranges(const char* json, uint32_t length) {
  return guarded([&] {
    const auto [set, source] = listed_weights({json, length});
    std::string text;
    for (const SafeTensorEntry& tensor :
         needed_tensors(set, NetworkPart::body, read_safetensors_header(*source), source->name()))
      text += fmt::format("{}[{},{}]", text.empty() ? "" : ",", tensor.offset, tensor.bytes);
    state().encoded = {.json = "[" + text + "]", .block = {}};
    return 0;
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_advance(double milliseconds) {
  return guarded([&] {
    const double end = now_seconds() + milliseconds * 1e-3;
    Activity activity = engine().advance();
    while (activity == Activity::busy && now_seconds() < end) activity = engine().advance();
    return static_cast<int>(activity);
  });
}

EMSCRIPTEN_KEEPALIVE int convlab_poll(double seen) {
  return guarded([&] {
    const std::shared_ptr<const Snapshot> snapshot = engine().snapshot();
    if (static_cast<double>(snapshot->sequence) <= seen) return 0;
    state().encoded = encode(*snapshot, state().seen);
    state().sequence = snapshot->sequence;
    return 1;
  });
}

EMSCRIPTEN_KEEPALIVE double convlab_sequence() { return static_cast<double>(state().sequence); }

EMSCRIPTEN_KEEPALIVE const char* convlab_json() { return state().encoded.json.c_str(); }

EMSCRIPTEN_KEEPALIVE const uint8_t* convlab_block() { return state().encoded.block.data(); }

EMSCRIPTEN_KEEPALIVE uint32_t convlab_block_bytes() {
  return static_cast<uint32_t>(state().encoded.block.size());
}
}
