#include "ingress/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

#include "ingress/chunked_body.h"

namespace fh {
namespace {

namespace http = boost::beast::http;
using Error = boost::beast::error_code;
using Text = boost::beast::string_view;

// What a body is given room for before it comes; more only as it comes.
constexpr std::size_t kFirstRoom = 64 * 1024;

std::string text_of(Text text) { return {text.data(), text.size()}; }

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether a value goes on in another line (RFC 9112, section 5.2), which the grammar would take.
bool has_folded_line(std::string_view head) {
  for (auto end = head.find('\n'); end != std::string_view::npos; end = head.find('\n', end + 1))
    if (end + 1 < head.size() && (head[end + 1] == ' ' || head[end + 1] == '\t')) return true;
  return false;
}

// RFC 9112, section 3.2.2: "http://host/path" asks for "/path". Whose host it is does not count, as
// with the field Host.
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    return target.substr(std::min(target.find_first_of("/?", scheme.size()), target.size()));
  }
  return target;
}

// Of a request line, or as much of it as came.
std::string_view target_in(std::string_view line) {
  line.remove_prefix(std::min(line.find(' '), line.size()));
  line.remove_prefix(line.empty() ? 0 : 1);
  return without_authority(line.substr(0, line.find(' ')));
}

// Of a target; the rest, if any, is the query.
std::string_view path_of(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path.empty() ? "/" : path;
}

}  // namespace

class RequestParser::Grammar final : public http::basic_parser<true> {
 public:
  Grammar(std::size_t max_head, const MaxHeadOf* of_path) : of_path_(of_path) {
    limit_head(max_head);
    body_limit(boost::none);  // the limit is the source's, known after the head
    eager(true);
  }

  std::size_t take(std::string_view bytes) {
    if (phase == State::head) return take_head(bytes);
    phase = State::body;
    return chunked() ? take_chunks(bytes) : take_content(bytes);
  }

  void look_at_line(std::string_view bytes) {
    const auto end = bytes.find('\n');
    if (!request.path.empty() || end == std::string_view::npos) return;
    const std::string_view target = target_in(bytes.substr(0, end));
    if (!target.empty()) request.path = path_of(target);
  }

  RawRequest request;
  std::size_t max_body = std::numeric_limits<std::size_t>::max();
  bool is_http11 = false;
  bool expects_continue = false;
  State phase = State::head;
  int status = 400;
  std::string reason;

 private:
  std::size_t take_head(std::string_view bytes) {
    if (of_path_ != nullptr) look_for_line(bytes);
    Error error;
    const std::size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (phase == State::refused) return taken;
    head_taken_ += taken;
    const std::size_t waiting = phase == State::head ? bytes.size() - taken + 1 : 0;
    // Its own limit leaves the request line out.
    if (head_taken_ + waiting > max_head_)
      refuse(http::error::header_limit);
    else if (has_folded_line(bytes.substr(0, taken)))
      refuse(400, "the request is malformed: a field goes on in a further line");
    else if (phase == State::head && error != http::error::need_more)
      refuse(error);
    return taken;
  }

  std::size_t take_content(std::string_view bytes) {
    const std::size_t length = content_length().value_or(0);
    if (length > max_body) {
      refuse(413, "the body is larger than " + std::to_string(max_body) + " bytes");
      return 0;
    }
    if (request.body.empty()) request.body.reserve(std::min(length, kFirstRoom));
    const std::string_view content = bytes.substr(0, length - request.body.size());
    request.body += content;
    if (request.body.size() == length) phase = State::whole;
    return content.size();
  }

  std::size_t take_chunks(std::string_view bytes) {
    const std::size_t taken = chunks_.take(bytes, max_body, request.body);
    if (const auto& refused = chunks_.refusal())
      refuse(refused->status, refused->reason);
    else if (chunks_.whole())
      phase = State::whole;
    return taken;
  }

  void limit_head(std::size_t bytes) {
    max_head_ = bytes;
    header_limit(static_cast<std::uint32_t>(bytes));
  }

  // A head that comes in pieces is parsed when it is whole, and its limit is needed before. Up to
  // the end of this line the first limit holds.
  void look_for_line(std::string_view bytes) {
    const auto end = bytes.find('\n', scanned_);
    scanned_ = bytes.size();
    if (end >= max_head_) return;
    limit_head((*of_path_)(path_of(target_in(bytes.substr(0, end)))));
    of_path_ = nullptr;
  }

  void refuse(int code, std::string why) {
    phase = State::refused;
    status = code;
    reason = std::move(why);
  }

  void refuse(int code, std::string why, Error& error) {
    refuse(code, std::move(why));
    error = http::error::bad_value;  // any error ends the parsing
  }

  void refuse(const Error& error) {
    if (error == http::error::header_limit)
      refuse(431, "the head is larger than " + std::to_string(max_head_) + " bytes");
    else if (error == http::error::bad_content_length ||
             error == http::error::multiple_content_length ||
             error == http::error::bad_transfer_encoding)
      refuse(400, "the request does not say one length");
    else
      refuse(400, "the request is malformed: " + error.message());
  }

  void on_request_impl(http::verb, Text method, Text target, int version, Error&) override {
    request.method = text_of(method);
    const auto uri = without_authority({target.data(), target.size()});
    request.path = path_of(uri);
    const auto question = uri.find('?');
    if (question != std::string_view::npos) request.query = uri.substr(question + 1);
    is_http11 = version >= 11;
  }

  void on_field_impl(http::field name, Text text, Text value, Error& error) override {
    if (request.headers.size() >= kMaxFields)
      return refuse(431, "the head has more than " + std::to_string(kMaxFields) + " fields", error);
    if (name == http::field::content_length) {
      if (++lengths_ > 1 || !is_digits({value.data(), value.size()}))
        return refuse(400, "the request does not say one length", error);
    } else if (name == http::field::transfer_encoding) {
      if (++lengths_ > 1 || !is_http11)
        return refuse(400, "the request does not say one length", error);
      if (!boost::beast::iequals(value, "chunked"))
        return refuse(501, "the only transfer encoding taken is chunked", error);
    } else if (name == http::field::expect) {
      expects_continue = is_http11 && boost::beast::iequals(value, "100-continue");
    }
    request.headers.emplace_back(text_of(text), text_of(value));
  }

  void on_header_impl(Error& error) override {
    phase = State::headed;
    error = http::error::end_of_stream;  // stops here, so that the head can be looked at
  }

  // Bodies are taken without the grammar.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(Text, Error&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, Error&) override { return 0; }
  void on_finish_impl(Error&) override {}
  void on_response_impl(int, Text, int, Error&) override {}

  const MaxHeadOf* of_path_;  // null once it was asked
  std::size_t max_head_ = 0;
  std::size_t scanned_ = 0;  // bytes without the end of the request line
  std::size_t head_taken_ = 0;
  int lengths_ = 0;
  ChunkedBody chunks_;
};

RequestParser::RequestParser(std::size_t max_head, const MaxHeadOf* of_path)
    : grammar_(std::make_unique<Grammar>(max_head, of_path)) {}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) { return grammar_->take(bytes); }
void RequestParser::look_at_line(std::string_view bytes) { grammar_->look_at_line(bytes); }
void RequestParser::set_max_body(std::size_t bytes) { grammar_->max_body = bytes; }
RequestParser::State RequestParser::state() const { return grammar_->phase; }
bool RequestParser::keep_alive() const { return grammar_->is_http11 && grammar_->keep_alive(); }
bool RequestParser::expects_continue() const { return grammar_->expects_continue; }
RawRequest& RequestParser::request() { return grammar_->request; }
int RequestParser::status() const { return grammar_->status; }
const std::string& RequestParser::reason() const { return grammar_->reason; }

std::size_t RequestParser::body_size() const {
  const auto announced = grammar_->content_length();
  return announced ? static_cast<std::size_t>(*announced) : grammar_->request.body.size();
}

}  // namespace fh
