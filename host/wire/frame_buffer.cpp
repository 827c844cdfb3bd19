#include "wire/frame_buffer.h"

namespace fh {
namespace {

constexpr std::size_t kKeptCapacity = 256U << 10U;

}  // namespace

std::optional<wire::Frame> FrameBuffer::next() {
  const auto unread = std::string_view(bytes_).substr(read_);
  if (unread.size() < wire::kHeaderSize) {
    drop_read_bytes();
    return std::nullopt;
  }
  const auto header = wire::decode_header(unread);
  if (unread.size() - wire::kHeaderSize < header.payload_size) {
    drop_read_bytes();
    return std::nullopt;
  }
  auto frame =
      wire::decode_payload(header.kind, unread.substr(wire::kHeaderSize, header.payload_size));
  read_ += wire::kHeaderSize + header.payload_size;
  return frame;
}

// Only when no whole frame is left, so that many small frames fed at once are not moved once each.
void FrameBuffer::drop_read_bytes() {
  bytes_.erase(0, read_);
  read_ = 0;
  if (bytes_.empty() && bytes_.capacity() > kKeptCapacity) bytes_ = std::string();
}

}  // namespace fh
