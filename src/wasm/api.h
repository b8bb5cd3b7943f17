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
/// Finds out which data set such a request will open: convlab_json returns its name, which is empty
/// for requests that open none (engine/needed_data.h).
int convlab_needed_data(const char* json, uint32_t length, const uint8_t* block,
                        uint32_t block_bytes);
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
/// Says which data sets are hosted: the text of a catalog of packed data sets, in place of the last
/// one. `source` names it in errors.
int convlab_describe_catalog(const char* catalog, uint32_t length, const char* source);
/// Appends the images of the file `file` of that catalog to data set `data`, after checking their
/// SHA-256. `bytes` are those of the file, or those that a server has inflated it to; `source`
/// names it in errors.
int convlab_append(const char* data, const char* file, const uint8_t* bytes, uint32_t length,
                   const char* source);

/// Opens a data set of the user's own, of images or of features: `json` lists its files, whose
/// bytes are Blobs of JavaScript (data/own_data_json.h). Configured by its name from then on; a
/// name of the catalog means that these are the files of that data set. convlab_json returns what
/// was found.
int convlab_add_data(const char* json, uint32_t length);
/// Forgets a data set of the user's own. Runs that use it keep it open.
int convlab_remove_data(const char* name);
/// Opens weights of a pretrained network, which requests then find by their name. `json` and the
/// file are like those of convlab_weight_ranges, with the bytes that it asks for; `sha256` is the
/// hash of the whole file.
int convlab_add_weights(const char* json, uint32_t length, const char* sha256);
/// Finds out which bytes of a weight file the body of a pretrained network needs. `json` is like
/// that of convlab_add_data, with the name of the weights (pretrained/weight_set.h) and one file,
/// of which only the header need be there. convlab_json returns [[offset, bytes], …].
int convlab_weight_ranges(const char* json, uint32_t length);
}
