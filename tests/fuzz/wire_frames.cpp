// Frames between host and worker: a line that says how to cut, and a channel's bytes. However they
// are cut the same frames come out, and written again they are the same bytes.
#include "fuzz/fuzz_target.h"
#include "wire/frame_buffer.h"

namespace fh::fuzz {
namespace {

struct Reading {
  FrameBuffer buffer;
  std::string again;  // the frames that came out, written
  bool broken = false;

  void feed(std::string_view bytes) {
    if (broken) return;
    buffer.feed(bytes);
    try {
      while (const auto frame = buffer.next()) again += wire::encode(*frame);
    } catch (const WireError& error) {
      MUST_HOLD(std::string_view(error.what()).size() > 10);
      broken = true;
    }
  }
};

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(wire_frames) {
  whole_and_cut<Reading>(input, [](const std::string& bytes, Reading& whole, Reading& cut) {
    MUST_HOLD(whole.again == cut.again);
    MUST_HOLD(whole.broken == cut.broken);
    MUST_HOLD(bytes.starts_with(whole.again));
    if (!whole.broken) MUST_HOLD(whole.buffer.pending() == bytes.size() - whole.again.size());
  });
}
