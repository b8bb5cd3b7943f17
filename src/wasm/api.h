#pragma once

#include <cstdint>

/// The C API of the engine module. JavaScript calls these from one thread (the engine worker).
/// Strings are UTF-8 with a length; what is returned stays valid until the next call. A function
/// that returns int gives 0, or −1 after an error whose message convlab_error tells.
extern "C" {

/// Makes the engine. `threads` 0: one per core.
int convlab_create(int threads);
/// The message of the last error; null-terminated.
const char* convlab_error();
/// JSON of controls.h.
const char* convlab_controls();
/// A Command as JSON.
int convlab_send(const char* json, uint32_t length);
/// Memory for append's bytes and send's text, freed with convlab_free.
void* convlab_allocate(uint32_t bytes);
void convlab_free(void* memory);
/// One shard file of data set `data`; train 0 or 1; `source` names it in errors.
int convlab_append(const char* data, int train, const uint8_t* shard, uint32_t bytes,
                   const char* source);
/// Works for about `milliseconds`: 0 idle, 1 waiting for data, 2 busy (call again), −1 error.
int convlab_advance(double milliseconds);
/// Whether a snapshot newer than sequence `seen` is there; if so it is encoded, and the getters
/// below give it.
int convlab_poll(double seen);
double convlab_sequence();
const char* convlab_snapshot_json();
const uint8_t* convlab_snapshot_block();
uint32_t convlab_snapshot_block_bytes();
/// Runs `convlab bench` with the fields of BenchOptions and returns its JSON, or null after an
/// error.
const char* convlab_bench(const char* json, uint32_t length);
/// The runs of `convlab bench --suite`: options for convlab_bench in an array, or null.
const char* convlab_bench_suite(int threads);
}
