// The request parser: a line that says how to cut, and a connection's bytes. However they are cut,
// the same request is read, or refused, and the same bytes are left over. When it is refused may
// differ: a line that is malformed may be looked at only once it is whole.
#include "fuzz/fuzz_target.h"
#include "ingress/request_parser.h"

namespace fh::fuzz {
namespace {

using State = RequestParser::State;
constexpr std::size_t kMaxHead = 1024;
constexpr std::size_t kMaxBody = 200;

struct Reading {
  RequestParser parser{kMaxHead};
  std::string left;  // what was not taken
  bool was_headed = false;

  bool is_over() const {
    return parser.state() == State::whole || parser.state() == State::refused;
  }
  // As a connection does.
  void feed(std::string_view piece) {
    left += piece;
    while (!is_over()) {
      const std::size_t taken = parser.put(left);
      MUST_HOLD(taken <= left.size());
      left.erase(0, taken);
      if (parser.state() != State::headed) return;
      MUST_HOLD(!was_headed);
      was_headed = true;
      parser.set_max_body(kMaxBody);
    }
  }
  void end_lines() {
    if (!is_over()) feed("\r\n\r\n");
  }
};

void check_request(const RawRequest& request) {
  MUST_HOLD(!request.method.empty());
  MUST_HOLD(request.path.find('?') == std::string::npos);
  MUST_HOLD(request.headers.size() <= RequestParser::kMaxFields);
  MUST_HOLD(request.header_values("Content-Length").size() +
                request.header_values("Transfer-Encoding").size() <=
            1);
  MUST_HOLD(request.body.size() <= kMaxBody);
  if (const auto length = request.header("Content-Length"))
    MUST_HOLD(std::stoull(std::string(*length)) == request.body.size());
  for (const auto& [name, value] : request.headers) {
    MUST_HOLD(!name.empty());
    MUST_HOLD(value.find_first_of("\r\n") == std::string::npos);
  }
}

void must_be_same(Reading& one, Reading& other) {
  RequestParser& a = one.parser;
  RequestParser& b = other.parser;
  if (a.state() == State::refused) other.end_lines();
  if (b.state() == State::refused) one.end_lines();
  MUST_HOLD(a.state() == b.state());
  MUST_HOLD(one.was_headed == other.was_headed);
  if (one.was_headed) {
    MUST_HOLD(a.request().method == b.request().method);
    MUST_HOLD(a.request().path == b.request().path);
    MUST_HOLD(a.request().query == b.request().query);
    MUST_HOLD(a.request().headers == b.request().headers);
    MUST_HOLD(a.keep_alive() == b.keep_alive());
    MUST_HOLD(a.expects_continue() == b.expects_continue());
  }
  if (a.state() != State::whole) return;
  MUST_HOLD(a.request().body == b.request().body);
  MUST_HOLD(one.left == other.left);
  check_request(a.request());
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(http_request) {
  whole_and_cut<Reading>(
      input, [](const auto&, Reading& whole, Reading& cut) { must_be_same(whole, cut); });
}
