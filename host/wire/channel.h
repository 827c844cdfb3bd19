// Channel: frames over one end of a byte stream that goes both ways (make_stream_pair()), which it
// owns: a socket, whether it is blocking or not, or on Windows a pipe. send() may be called from
// any thread, each frame goes out whole; reading is for one thread at a time. A peer that is gone
// is no signal, only a WireError on send and the end of the stream on read.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

#include "base/unique_handle.h"
#include "wire/frame_buffer.h"
#include "wire/frames.h"
#ifdef _WIN32
#include <memory>

#include "base/overlapped_pipe.h"
#endif

namespace fh {

class Channel {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  explicit Channel(UniqueHandle end);

  /// Sends the whole frame, waiting as long as it takes. Throws WireError if the peer is gone,
  /// FrameTooLarge if the frame is over the limit.
  void send(const wire::Frame& frame) { write(frame, std::nullopt); }

  /// The same until the deadline; throws WireError when it passes, and the channel must be closed.
  void send(const wire::Frame& frame, Deadline deadline) { write(frame, deadline); }

  /// Feeds what is there now to the buffer, never waiting. False once the peer has closed its end
  /// and everything was read. Throws WireError on a broken stream.
  [[nodiscard]] bool read_available(FrameBuffer& buffer);

  /// Waits for the next frame; nullopt at the end of the stream. Throws WireError when it is
  /// malformed or cut off. Not to be mixed with read_available().
  [[nodiscard]] std::optional<wire::Frame> receive();

  /// Once the peer is gone: whether it is known to have left something unread of what was sent to
  /// it. False where the system does not tell.
  [[nodiscard]] bool was_left_unread() const { return left_unread_; }

  /// Ready when read_available() will find something; for wait_any(). The channel keeps it.
  [[nodiscard]] NativeHandle wait_handle() const;

 private:
  void write(const wire::Frame& frame, std::optional<Deadline> deadline);
  bool read(FrameBuffer& buffer, bool wait);

#ifdef _WIN32
  std::unique_ptr<OverlappedPipe> end_;
#else
  UniqueHandle end_;
#endif
  std::mutex sending_;
  std::atomic<bool> left_unread_{false};
  FrameBuffer received_;  // of receive()
};

}  // namespace fh
