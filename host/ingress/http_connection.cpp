#include "ingress/http_connection.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timestamp.h>

#include "ingress/forwarded_client.h"
#include "ingress/tls_context.h"

namespace fh {
namespace {

constexpr int kEnd = 0;
constexpr int kNotNow = -1;
constexpr int kBroken = -2;

// How long and how much of what a refused sender still writes is read and dropped: closed with
// unread bytes, the connection would be reset, and the sender might never see the answer.
constexpr Millis kLingering(1'000);
constexpr std::size_t kMostDropped = 64 * 1024 * 1024;

// How much of an answer a sender reads in a millisecond at the least: 64 KB/s.
constexpr std::size_t kReadPerMs = 64;

// What an idle connection keeps of its buffer.
constexpr std::size_t kKeptRoom = 16 * 1024;

const std::string& date_field() {
  thread_local std::string field;
  thread_local std::time_t second = 0;
  const Poco::Timestamp now;
  if (std::exchange(second, now.epochTime()) != second || field.empty())
    field =
        "Date: " + Poco::DateTimeFormatter::format(now, Poco::DateTimeFormat::HTTP_FORMAT) + "\r\n";
  return field;
}

// Without its body for HEAD, which asks for the rest alone (RFC 9110, 9.3.2).
std::string text_of(const Answer& answer, bool head_only, bool last) {
  using Poco::Net::HTTPResponse;
  std::string text =
      "HTTP/1.1 " + std::to_string(answer.status) + " " +
      HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(answer.status)) +
      "\r\n" + date_field();
  text += "Content-Type: " + answer.content_type +
          "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n";
  for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
  text += last ? "Connection: close\r\n\r\n" : "\r\n";
  if (!head_only) text += answer.body;
  return text;
}

}  // namespace

HttpConnection::HttpConnection(Poco::Net::StreamSocket socket, Peer peer, const HttpTerms& terms,
                               HttpBudget& budget, Time now)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      terms_(terms),
      budget_(budget),
      deadline_(now + terms.request_deadline) {
  new_parser();
}

HttpConnection::~HttpConnection() {
  let_go();
  leave_client();
}

void HttpConnection::new_parser() {
  parser_.emplace(terms_.max_head, terms_.max_head_of ? &terms_.max_head_of : nullptr);
  head_only_ = false;
}

HttpConnection::Want HttpConnection::receive(Time now) {
  if (phase_ == Phase::answering) return Want::write;  // given up since poll() spoke
  const int got = read_some();
  if (got == kNotNow) return Want::read;
  if (got == kBroken) return Want::close;
  if (got == kEnd) {
    if (phase_ == Phase::request) {
      ended_ = true;
      return refuse(400, "the request ended before its end", now);
    }
    return Want::close;
  }
  if (phase_ != Phase::lingering) return advance(now);
  in_.clear();
  dropped_ += static_cast<std::size_t>(got);
  return dropped_ > kMostDropped ? Want::close : Want::read;
}

// Goes on with what was read, to the next thing that somebody else must do.
HttpConnection::Want HttpConnection::advance(Time now) {
  if (phase_ == Phase::idle) {
    // Empty lines before a request are passed over (RFC 9112, section 2.2).
    std::size_t empty = 0;
    while (in_.compare(empty, 2, "\r\n") == 0) empty += 2;
    in_.erase(0, empty);
    if (in_.empty() || in_ == "\r") {
      rest();
      return Want::read;
    }
    phase_ = Phase::request;
    deadline_ = now + terms_.request_deadline;
  }
  while (true) {
    in_.erase(0, parser_->put(in_));
    switch (parser_->state()) {
      case RequestParser::State::refused: return refuse(parser_->status(), parser_->reason(), now);
      case RequestParser::State::headed:
        if (const auto refused = judge()) return answer(*refused, true, now);
        break;
      case RequestParser::State::head:
      case RequestParser::State::body:
      case RequestParser::State::whole: return wait_or_handle(now);
    }
  }
}

// What came is held, whether it was parsed or not; what is only announced is not.
HttpConnection::Want HttpConnection::wait_or_handle(Time now) {
  const bool whole = parser_->state() == RequestParser::State::whole;
  if (whole) phase_ = Phase::handling;
  if (!hold(parser_->request().body.size() + in_.size())) return give_up(now);
  return whole ? Want::handle : Want::read;
}

HttpConnection::Want HttpConnection::give_up(Time now) {
  ++budget_.given_up;
  budget_.last_given_up = sender();
  const std::string reason = "there is no room for more requests at once";
  return refuse(later(503, reason), reason, now);
}

HttpConnection::Want HttpConnection::send_away(Time now) {
  if (phase_ != Phase::request) return Want::close;
  return answer(later(503, "the host is stopping"), true, now);
}

// The refusal that the head alone decides; without one the body is taken.
std::optional<Answer> HttpConnection::judge() {
  RawRequest& head = parser_->request();
  head.remote_address = peer_.address;
  head_only_ = head.method == "HEAD";
  if (!enter_client()) {
    const std::string why = "too many requests at once from this address";
    Answer refused = later(429, why);
    if (terms_.note_refused) terms_.note_refused(head, refused, why);
    return refused;
  }
  HeadVerdict verdict = terms_.judge_head(head);
  if (verdict.refusal) return verdict.refusal;
  parser_->set_max_body(verdict.max_body);
  if (parser_->body_size() > verdict.max_body)
    return terms_.refusal(413,
                          "the body is larger than " + std::to_string(verdict.max_body) + " bytes");
  if (parser_->expects_continue() && in_.empty()) {
    // A few bytes into a buffer that is empty; a peer that cannot take them has gone.
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    write_some(kContinue.data(), kContinue.size());
  }
  return std::nullopt;
}

Answer HttpConnection::later(int status, const std::string& reason) const {
  Answer answer = terms_.refusal(status, reason);
  answer.headers.emplace_back("Retry-After", "5");
  return answer;
}

HttpConnection::Want HttpConnection::refuse(int status, const std::string& reason, Time now) {
  return refuse(terms_.refusal(status, reason), reason, now);
}

HttpConnection::Want HttpConnection::refuse(const Answer& refused, const std::string& reason,
                                            Time now) {
  if (terms_.note_refused) {
    parser_->look_at_line(in_);
    RawRequest& request = parser_->request();
    if (request.remote_address.empty()) request.remote_address = peer_.address;
    terms_.note_refused(request, refused, reason);
  }
  return answer(refused, true, now);
}

RawRequest HttpConnection::take_request() { return std::move(parser_->request()); }

HttpConnection::Want HttpConnection::answer(const Answer& answer, bool last, Time now) {
  const bool headed = parser_->state() != RequestParser::State::head &&
                      parser_->state() != RequestParser::State::refused;
  last_ = last || answer.close || !headed || !parser_->keep_alive();
  phase_ = Phase::answering;
  if (last_) let_go();
  if (terms_.answers != nullptr) terms_.answers->add(answer.status);
  out_ += text_of(answer, head_only_, last_);
  deadline_ = now + terms_.request_deadline + Millis(out_.size() / kReadPerMs);
  return flush(now);
}

HttpConnection::Want HttpConnection::flush(Time now) {
  if (phase_ != Phase::answering) return Want::read;
  const int sent = write_some(out_.data(), out_.size());
  if (sent == kBroken) return Want::close;
  if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
  if (!out_.empty()) return Want::write;
  if (!last_) return next_request(now);
  leave_client();
  if (socket_.secure()) shut_down_tls();
  if (ended_) return Want::close;
  phase_ = Phase::lingering;
  deadline_ = now + kLingering;
  if (socket_.secure()) return Want::read;
  try {
    socket_.shutdownSend();
  } catch (const Poco::Exception&) {
    return Want::close;
  }
  return Want::read;
}

HttpConnection::Want HttpConnection::next_request(Time now) {
  leave_client();
  rest();
  served_ = true;
  new_parser();
  phase_ = Phase::idle;
  deadline_ = now + terms_.idle_timeout;
  return in_.empty() ? Want::read : advance(now);
}

HttpConnection::Want HttpConnection::expire(Time now) {
  if (phase_ != Phase::request) return Want::close;
  return refuse(408, "the request took too long", now);
}

// False when a client behind the trusted proxies has as many requests here as it may.
bool HttpConnection::enter_client() {
  if (!is_in(terms_.trusted_proxies, peer_.address)) return true;
  RawRequest& head = parser_->request();
  const std::string client = forwarded_client(head, terms_.trusted_proxies);
  if (client.empty()) return true;
  head.remote_address = client;
  const std::string counted_as = network_of_one(client);
  if (budget_.by_client[counted_as] >= budget_.max_per_client) return false;
  ++budget_.by_client[counted_as];
  client_ = counted_as;
  return true;
}

// As many as it holds now. False when there is no room for them.
bool HttpConnection::hold(std::size_t bytes) {
  const std::size_t more = bytes > held_ ? bytes - held_ : 0;
  if (budget_.bytes + more > budget_.max_bytes && !budget_.make_room(*this, more)) return false;
  budget_.bytes += bytes - held_;
  held_ = bytes;
  return true;
}

// Between two requests: no more than what came already is held.
void HttpConnection::rest() {
  hold(in_.size());
  if (in_.size() < 2 && in_.capacity() > kKeptRoom) in_.shrink_to_fit();
}

// Of all that came, when nothing of it is needed any more.
void HttpConnection::let_go() {
  budget_.bytes -= std::exchange(held_, 0);
  in_.clear();
  in_.shrink_to_fit();
  parser_.reset();
}

void HttpConnection::leave_client() {
  if (client_.empty()) return;
  if (--budget_.by_client[client_] == 0) budget_.by_client.erase(client_);
  client_.clear();
}

// TLS has a farewell of its own; the sender may still write.
void HttpConnection::shut_down_tls() {
  try {
    forget_tls_errors();
    socket_.shutdown();
  } catch (const Poco::Exception&) {
    // The sender has gone already.
  }
}

int HttpConnection::read_some() {
  std::string& part = budget_.part;
  try {
    if (socket_.secure()) forget_tls_errors();
    const int got = socket_.receiveBytes(part.data(), static_cast<int>(part.size()));
    if (got > 0) in_.append(part, 0, static_cast<std::size_t>(got));
    return got < 0 ? kNotNow : got;
  } catch (const Poco::TimeoutException&) {
    return kNotNow;
  } catch (const Poco::Exception&) {
    return kBroken;
  }
}

int HttpConnection::write_some(const char* bytes, std::size_t size) {
  try {
    if (socket_.secure()) forget_tls_errors();
    const int sent = socket_.sendBytes(bytes, static_cast<int>(size));
    return sent < 0 ? kNotNow : sent;
  } catch (const Poco::TimeoutException&) {
    return kNotNow;
  } catch (const Poco::Exception&) {
    return kBroken;
  }
}

}  // namespace fh
