#include "wasm/blob_source.h"

#include <emscripten.h>
#include <emscripten/threading.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/error.h"

// clang-format off
EM_JS(int, convlab_read_blob, (int blob, double offset, uint32_t count, uint8_t* bytes), {
  return Module['blobs'].read(blob, offset, count, bytes);
});
EM_JS(void, convlab_close_blob, (int blob), { Module['blobs'].close(blob); });
// clang-format on

namespace convlab {

namespace {

/// Reading a Blob costs about as much for a few bytes as for this many: headers of archives are
/// read in blocks.
constexpr uint64_t block_bytes = uint64_t{1} << 16U;

class BlobSource : public ByteSource {
 public:
  BlobSource(std::string name, uint64_t size, int32_t blob)
      : ByteSource(std::move(name), size), blob_(blob) {}
  ~BlobSource() override {
    if (emscripten_is_main_runtime_thread()) convlab_close_blob(blob_);
  }
  bool reads_on_any_thread() const override { return false; }

 private:
  void read_within(uint64_t offset, std::span<uint8_t> out) const override {
    if (!emscripten_is_main_runtime_thread())
      fail("[file] {}: only the thread of the engine can read it", name());
    if (out.size() >= block_bytes || out.size() == size()) {
      read_blob(offset, out);
      return;
    }
    const uint64_t in_block = offset - block_offset_;
    if (offset < block_offset_ || in_block + out.size() > block_.size()) {
      block_.clear();
      block_.resize(static_cast<size_t>(std::min(block_bytes, size() - offset)));
      read_blob(offset, block_);
      block_offset_ = offset;
    }
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(offset - block_offset_), out.size(),
                out.begin());
  }

  void read_blob(uint64_t offset, std::span<uint8_t> out) const {
    const auto count = static_cast<uint32_t>(out.size());
    if (convlab_read_blob(blob_, static_cast<double>(offset), count, out.data()) == 0) return;
    block_.clear();
    fail("[file] {}: cannot be read at byte {}; was it changed, moved or deleted?", name(), offset);
  }

  int32_t blob_;
  // Used by one thread only, see read_within.
  mutable std::vector<uint8_t> block_;
  mutable uint64_t block_offset_ = 0;
};

}  // namespace

std::shared_ptr<const ByteSource> blob_source(std::string name, uint64_t size, int32_t blob) {
  return std::make_shared<BlobSource>(std::move(name), size, blob);
}

}  // namespace convlab
