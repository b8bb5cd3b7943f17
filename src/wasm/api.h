#pragma once

#include <cstdint>

/// The C API of the engine module. JavaScript calls it from one thread, the engine worker. Strings
/// are UTF-8: JSON arguments have a length, all others end with a null byte. A returned pointer is
/// valid until the next call. Unless stated otherwise, functions that return int return 0, or −1
/// after an error, whose message convlab_error returns.
extern "C" {

/// Creates the engine. `threads` 0: one per processor.
int convlab_create(int threads);
/// Returns the message of the last error.
const char* convlab_error();
/// Returns the tables of engine/controls.h as JSON.
const char* convlab_controls();
/// Sends a Command, encoded as JSON (engine/protocol.h).
int convlab_send(const char* json, uint32_t length);
/// Allocates memory for the arguments of other functions; free it with convlab_free.
void* convlab_allocate(uint32_t bytes);
void convlab_free(void* memory);
/// Appends the images of one shard file to data set `data`: to the training images if `train` is 1,
/// to the test images if 0. `source` names the file in errors.
int convlab_append(const char* data, int train, const uint8_t* shard, uint32_t bytes,
                   const char* source);
/// Trains for about `milliseconds`. Returns 0 when idle, 1 when waiting for data, 2 when there is
/// more to do (call again), −1 after an error.
int convlab_advance(double milliseconds);
/// Encodes the latest snapshot if its sequence number is greater than `seen`, for the getters
/// below. Returns 1 if it did, 0 if there is no newer snapshot, −1 after an error.
int convlab_poll(double seen);
double convlab_sequence();
const char* convlab_snapshot_json();
const uint8_t* convlab_snapshot_block();
uint32_t convlab_snapshot_block_bytes();
/// Runs `convlab bench` with options given as a JSON object with the names of BenchOptions. Returns
/// its result as JSON, or null after an error.
const char* convlab_bench(const char* json, uint32_t length);
/// Returns the runs of `convlab bench --suite` as a JSON array of options for convlab_bench, or
/// null after an error.
const char* convlab_bench_suite(int threads);
}
