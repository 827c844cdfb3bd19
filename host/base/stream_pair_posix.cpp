#include <fcntl.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/stream_pair.h"

namespace fh {

StreamPair make_stream_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw_errno("cannot make a stream");
  return {UniqueHandle(ends[0]), UniqueHandle(ends[1])};
}

StreamPair make_output_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {UniqueHandle(ends[0]), UniqueHandle(ends[1])};
}

}  // namespace fh
