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

/// Allocates memory for the arguments of other functions; free it with convlab_free.
void* convlab_allocate(uint32_t bytes);
void convlab_free(void* memory);

/// Sends a request, encoded as JSON and a block (engine/protocol.h).
int convlab_send(const char* json, uint32_t length, const uint8_t* block, uint32_t block_bytes);
/// Encodes the next reply for the getters below. Returns 1 if there was one, else 0.
int convlab_take_reply();
/// Encodes what has changed in the latest snapshot since the last call, for the getters below, if
/// its sequence number is greater than `seen`. Returns 1 if it did, 0 if there is no newer
/// snapshot, −1 after an error.
int convlab_poll(double seen);
double convlab_sequence();
/// The last encoded message.
const char* convlab_json();
const uint8_t* convlab_block();
uint32_t convlab_block_bytes();

/// Works for about `milliseconds`. Returns 0 when idle, 1 when waiting for data, 2 when there is
/// more to do (call again), −1 after an error.
int convlab_advance(double milliseconds);
/// Appends the images of one shard file to data set `data`: to the training images if `train` is 1,
/// to the test images if 0. `source` names the file in errors.
int convlab_append(const char* data, int train, const uint8_t* shard, uint32_t bytes,
                   const char* source);

/// Opens a data set of the user's own: `json` lists its files, whose bytes are Blobs of
/// JavaScript (data/own_data_json.h). Configured by its name from then on; a name of the catalog
/// means that these are the files of that data set. convlab_json returns what was found.
int convlab_add_data(const char* json, uint32_t length);
/// Forgets a data set of the user's own. Runs that use it keep it open.
int convlab_remove_data(const char* name);
}
