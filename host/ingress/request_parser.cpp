#include "ingress/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

namespace fh {
namespace {

namespace http = boost::beast::http;
using Error = boost::beast::error_code;
using Text = boost::beast::string_view;

std::string text_of(Text text) { return {text.data(), text.size()}; }

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
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
    if (phase == State::head && of_path_ != nullptr) look_for_line(bytes);
    Error error;
    if (phase == State::headed) phase = State::body;
    const std::size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (phase == State::refused) return taken;
    if (phase == State::headed) {
      if (head_taken_ + taken > max_head_) {
        refuse(http::error::header_limit);
        return taken;
      }
      // The grammar stops there by an error of our own; a request without a body is done already.
      if (is_done()) ends_after_head = true;
      // Its own limit leaves the request line out.
      if (head_taken_ + taken > max_head_) refuse(http::error::header_limit);
      return taken;
    }
    if (error == http::error::need_more) error = {};
    if (phase == State::head) head_taken_ += taken;
    if (phase == State::head && head_taken_ + (bytes.size() - taken) >= max_head_)
      error = http::error::header_limit;
    if (error)
      refuse(error);
    else if (is_done())
      phase = State::whole;
    return taken;
  }

  RawRequest request;
  std::size_t max_body = std::numeric_limits<std::size_t>::max();
  bool expects_continue = false;
  State phase = State::head;
  bool ends_after_head = false;
  int status = 400;
  std::string reason;

 private:
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
    std::string_view target = bytes.substr(0, end);
    target.remove_prefix(std::min(target.find(' '), target.size()));
    target.remove_prefix(target.empty() ? 0 : 1);
    limit_head((*of_path_)(target.substr(0, target.find_first_of(" ?"))));
    of_path_ = nullptr;
  }

  void refuse(int code, std::string why, Error& error) {
    phase = State::refused;
    status = code;
    reason = std::move(why);
    error = http::error::bad_value;  // any error ends the parsing
  }

  void refuse(const Error& error) {
    Error ignored;
    if (error == http::error::header_limit)
      refuse(431, "the head is larger than " + std::to_string(max_head_) + " bytes", ignored);
    else if (error == http::error::bad_content_length ||
             error == http::error::multiple_content_length ||
             error == http::error::bad_transfer_encoding)
      refuse(400, "the request does not say one length", ignored);
    else
      refuse(400, "the request is malformed: " + error.message(), ignored);
  }

  void on_request_impl(http::verb, Text method, Text target, int, Error&) override {
    request.method = text_of(method);
    const std::string uri = text_of(target);
    const auto question = uri.find('?');
    request.path = uri.substr(0, question);
    if (question != std::string::npos) request.query = uri.substr(question + 1);
  }

  void on_field_impl(http::field name, Text text, Text value, Error& error) override {
    // Fields after the last chunk are no part of the head: nothing that is signed or trusted.
    if (phase != State::head) return;
    if (request.headers.size() >= kMaxFields)
      return refuse(431, "the head has more than " + std::to_string(kMaxFields) + " fields", error);
    if (name == http::field::content_length) {
      if (++lengths_ > 1 || !is_digits({value.data(), value.size()}))
        return refuse(400, "the request does not say one length", error);
    } else if (name == http::field::transfer_encoding) {
      if (++lengths_ > 1) return refuse(400, "the request does not say one length", error);
      if (!boost::beast::iequals(value, "chunked"))
        return refuse(501, "the only transfer encoding taken is chunked", error);
    } else if (name == http::field::expect) {
      expects_continue = boost::beast::iequals(value, "100-continue");
    }
    request.headers.emplace_back(text_of(text), text_of(value));
  }

  void on_header_impl(Error& error) override {
    phase = State::headed;
    error = http::error::end_of_stream;  // stops here, so that the head can be looked at
  }

  bool too_large(std::uint64_t size, Error& error) {
    if (size <= max_body) return false;
    refuse(413, "the body is larger than " + std::to_string(max_body) + " bytes", error);
    return true;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override {
    if (length && !too_large(*length, error)) request.body.reserve(*length);
  }

  std::size_t on_body_impl(Text part, Error&) override {
    request.body.append(part.data(), part.size());
    return part.size();
  }

  void on_chunk_header_impl(std::uint64_t size, Text, Error& error) override {
    if (size > max_body)
      too_large(size, error);
    else
      too_large(request.body.size() + size, error);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, Text part, Error&) override {
    request.body.append(part.data(), part.size());
    return part.size();
  }

  void on_finish_impl(Error&) override {}
  void on_response_impl(int, Text, int, Error&) override {}

  const MaxHeadOf* of_path_;  // null once it was asked
  std::size_t max_head_ = 0;
  std::size_t scanned_ = 0;  // bytes without the end of the request line
  std::size_t head_taken_ = 0;
  int lengths_ = 0;
};

RequestParser::RequestParser(std::size_t max_head, const MaxHeadOf* of_path)
    : grammar_(std::make_unique<Grammar>(max_head, of_path)) {}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
  if (grammar_->ends_after_head) {
    grammar_->phase = State::whole;
    return 0;
  }
  return grammar_->take(bytes);
}

void RequestParser::set_max_body(std::size_t bytes) { grammar_->max_body = bytes; }
RequestParser::State RequestParser::state() const { return grammar_->phase; }
bool RequestParser::began() const { return grammar_->got_some(); }
bool RequestParser::keep_alive() const { return grammar_->keep_alive(); }
bool RequestParser::expects_continue() const { return grammar_->expects_continue; }
RawRequest& RequestParser::request() { return grammar_->request; }
int RequestParser::status() const { return grammar_->status; }
const std::string& RequestParser::reason() const { return grammar_->reason; }

std::size_t RequestParser::body_size() const {
  const auto announced = grammar_->content_length();
  return announced ? static_cast<std::size_t>(*announced) : grammar_->request.body.size();
}

}  // namespace fh
