#include "ingress/accept_trouble.h"

#include <cerrno>

#include "base/log.h"

namespace fh {
namespace {

// accept(2): the connection was gone before it was taken, or what is known of it is an error of the
// network that came first; getpeername() and setsockopt() then say that nobody is there.
bool sender_left(int error) {
  switch (error) {
    case ECONNABORTED:
    case ECONNRESET:
    case ENOTCONN:
    case EPIPE:
    case EPROTO:
    case EINVAL:
    case EINTR:
    case EAGAIN:
    case ETIMEDOUT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENONET: return true;
    default: return false;
  }
}

}  // namespace

bool AcceptTrouble::failed(int error, const std::string& text, Time now) {
  if (sender_left(error)) return false;
  rests_until_ = now + kRest;
  ++untold_;
  if (now < next_line_) return true;
  next_line_ = now + kBetweenLines;
  log_warning("accept_failed", {{"server", server_}, {"error", text}, {"times", untold_}});
  untold_ = 0;
  return true;
}

}  // namespace fh
