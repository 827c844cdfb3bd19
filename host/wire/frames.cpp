#include "wire/frames.h"

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "wire/payload.h"

namespace fh::wire {
namespace {

// Calls use(type) for each alternative of Frame, so that the list of kinds stands in one place.
template <class Use>
void for_each_kind(Use&& use) {
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    (use(std::type_identity<std::variant_alternative_t<Index, Frame>>{}), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Frame>>{});
}

bool is_known(FrameKind kind) {
  bool known = false;
  for_each_kind([&](auto type) { known |= decltype(type)::type::kKind == kind; });
  return known;
}

void put_header(std::string& frame, FrameKind kind) {
  std::string header;
  PayloadWriter write(header);
  write(static_cast<std::uint32_t>(frame.size() - kHeaderSize), kWireVersion, kind,
        std::uint16_t{0});
  frame.replace(0, kHeaderSize, header);
}

}  // namespace

std::string encode(const Frame& frame) {
  std::string bytes(kHeaderSize, '\0');
  std::visit(
      [&](const auto& one) {
        one.fields(one, PayloadWriter(bytes));
        if (bytes.size() - kHeaderSize > kMaxPayload)
          throw FrameTooLarge(name_of(one.kKind), bytes.size() - kHeaderSize, kMaxPayload);
        put_header(bytes, one.kKind);
      },
      frame);
  return bytes;
}

Header decode_header(std::string_view bytes) {
  Header header;
  std::uint8_t version = 0;
  std::uint8_t kind = 0;
  std::uint16_t zero = 0;
  PayloadReader read(bytes.substr(0, kHeaderSize));
  read(header.payload_size, version, kind, zero);
  header.kind = static_cast<FrameKind>(kind);
  if (version != kWireVersion) {
    throw WireError("a frame has version " + std::to_string(version) + ", this side speaks " +
                    std::to_string(kWireVersion) +
                    ": use fieldhookd and fieldhook-worker of one build");
  }
  if (!is_known(header.kind))
    throw WireError("frame kind " + std::to_string(kind) + " is not known");
  if (zero != 0) throw WireError("the last two bytes of a header are not zero");
  if (header.payload_size > kMaxPayload) {
    throw WireError("a payload of " + std::to_string(header.payload_size) +
                    " bytes is announced, the limit is " + std::to_string(kMaxPayload));
  }
  return header;
}

Frame decode_payload(FrameKind kind, std::string_view payload) {
  std::optional<Frame> frame;
  for_each_kind([&](auto type) {
    using One = typename decltype(type)::type;
    if (One::kKind != kind) return;
    One one;
    PayloadReader read(payload);
    One::fields(one, read);
    read.finish();
    frame = std::move(one);
  });
  if (!frame) {
    throw WireError("frame kind " + std::to_string(static_cast<int>(kind)) + " is not known");
  }
  return std::move(*frame);
}

const char* name_of(FrameKind kind) {
  switch (kind) {
    case FrameKind::start: return "start";
    case FrameKind::execute: return "execute";
    case FrameKind::answer: return "answer";
    case FrameKind::cancel: return "cancel";
    case FrameKind::stop: return "stop";
    case FrameKind::hello: return "hello";
    case FrameKind::refused: return "refused";
    case FrameKind::call: return "call";
    case FrameKind::log: return "log";
    case FrameKind::finished: return "finished";
  }
  return "unknown";
}

}  // namespace fh::wire
