#define ZLIB_CONST  // makes next_in a pointer to const
#include "data/inflater.h"

#include <zlib.h>

#include <utility>

#include "core/error.h"

namespace convlab {

namespace {

constexpr size_t piece_bytes = size_t{1} << 16U;
constexpr int gzip_window = 16 + MAX_WBITS;

}  // namespace

void Inflater::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

Inflater::Inflater(Form form, ByteSink sink)
    : form_(form), sink_(std::move(sink)), stream_(new z_stream{}) {
  if (inflateInit2(stream_.get(), form == Form::gzip ? gzip_window : -MAX_WBITS) != Z_OK)
    fail("[gzip] out of memory");
}

bool Inflater::begins_another() const {
  return form_ == Form::gzip && stream_->avail_in > 0 && *stream_->next_in != 0;
}

bool Inflater::write(std::span<const uint8_t> bytes) {
  if (inflated_.empty()) inflated_.resize(piece_bytes);
  stream_->next_in = bytes.data();
  stream_->avail_in = static_cast<uInt>(bytes.size());
  for (;;) {
    if (ended_) {
      if (!begins_another()) return true;
      inflateReset(stream_.get());
      ended_ = false;
    }
    stream_->next_out = inflated_.data();
    stream_->avail_out = static_cast<uInt>(inflated_.size());
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    if (result == Z_BUF_ERROR) return true;  // more bytes are needed
    if (result != Z_OK && result != Z_STREAM_END) return false;
    const size_t count = inflated_.size() - stream_->avail_out;
    if (count > 0) sink_(std::span(inflated_).first(count));
    ended_ = result == Z_STREAM_END;
  }
}

std::string Inflater::problem() const {
  return stream_->msg != nullptr ? stream_->msg : "the stream is invalid";
}

}  // namespace convlab
