#include "ingress/http_front.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/ThreadPool.h>

#include "base/json.h"
#include "ingress/server_socket.h"

namespace fh {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

RawRequest head_of(const HTTPServerRequest& request) {
  RawRequest raw;
  raw.method = request.getMethod();
  const std::string& uri = request.getURI();
  const auto question = uri.find('?');
  raw.path = uri.substr(0, question);
  if (question != std::string::npos) raw.query = uri.substr(question + 1);
  for (const auto& [name, value] : request) raw.headers.emplace_back(name, value);
  raw.remote_address = request.clientAddress().host().toString();
  return raw;
}

Answer early(int status, const std::string& reason) {
  Answer answer;
  answer.status = status;
  answer.body = to_text({{"status", "refused"}, {"reason", reason}});
  answer.close = true;
  return answer;
}

// RFC 9112 section 6.3: one length, in digits, or chunks, never both. Poco takes what is neither.
std::optional<Answer> framing_refusal(const HTTPServerRequest& request) {
  int lengths = 0;
  int encodings = 0;
  bool well_formed = true;
  for (const auto& [name, value] : request) {
    if (same_header_name(name, "Content-Length")) {
      ++lengths;
      well_formed &= !value.empty() && value.size() <= 18 &&
                     value.find_first_not_of("0123456789") == std::string::npos;
    } else if (same_header_name(name, "Transfer-Encoding")) {
      ++encodings;
      if (!same_header_name(value, "chunked"))
        return early(501, "the only transfer encoding taken is chunked");
    }
  }
  if (lengths + encodings > 1 || !well_formed)
    return early(400, "the request does not say one length");
  if (lengths + encodings == 0) return early(411, "the request has no Content-Length");
  return std::nullopt;
}

// Reads a body before its deadline. Poco's timeouts are of one read each; the time that is left is
// set before every further one.
class BodyReader {
 public:
  BodyReader(HTTPServerRequest& request, const HttpFrontOptions& options)
      : request_(request),
        options_(options),
        socket_(static_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket()),
        deadline_(std::chrono::steady_clock::now() + options.timeout) {}

  // An answer when the body is not all there, too much, or too slow.
  std::optional<Answer> read(std::string& body) {
    if (auto refused = framing_refusal(request_)) return refused;
    const bool chunked = request_.getChunkedTransferEncoding();
    const auto length = chunked ? 0 : static_cast<std::size_t>(request_.getContentLength64());
    if (length > options_.max_body) return too_large();
    body.reserve(length);
    std::istream& stream = request_.stream();
    char part[16 * 1024];
    while (stream.peek() != std::istream::traits_type::eof()) {
      body.append(part, static_cast<std::size_t>(stream.readsome(part, sizeof part)));
      if (body.size() > options_.max_body) return too_large();
      if (!chunked && body.size() == length) break;
      if (!take_time_left()) break;
    }
    socket_.setReceiveTimeout(Poco::Timespan(options_.timeout.count() * 1000));
    const bool whole = chunked ? stream.eof() && !stream.bad() : body.size() == length;
    if (whole) return std::nullopt;
    return time_left() <= Millis(0) ? early(408, "the body took too long")
                                    : early(400, "the body ended before its end");
  }

 private:
  Answer too_large() const {
    return early(413, "the body is larger than " + std::to_string(options_.max_body) + " bytes");
  }
  Millis time_left() const {
    return std::chrono::ceil<Millis>(deadline_ - std::chrono::steady_clock::now());
  }
  bool take_time_left() {
    const Millis left = time_left();
    if (left <= Millis(0)) return false;
    socket_.setReceiveTimeout(Poco::Timespan(left.count() * 1000));
    return true;
  }

  HTTPServerRequest& request_;
  const HttpFrontOptions& options_;
  Poco::Net::StreamSocket& socket_;
  const std::chrono::steady_clock::time_point deadline_;
};

// A connection that is closed with unread bytes is reset, and the sender may never see the answer:
// what it still writes is read and dropped, for a while.
void drop_rest(HTTPServerRequest& request) {
  constexpr int kMostReads = 256;
  constexpr auto kLongest = std::chrono::seconds(1);
  auto& socket = static_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket();
  try {
    socket.shutdownSend();
    socket.setReceiveTimeout(Poco::Timespan(0, 200'000));
    const auto end = std::chrono::steady_clock::now() + kLongest;
    char part[16 * 1024];
    for (int i = 0; i < kMostReads && std::chrono::steady_clock::now() < end; ++i)
      if (socket.receiveBytes(part, sizeof part) <= 0) return;
  } catch (const Poco::Exception&) {
    // It waits for us, or is gone: nothing more to drop.
  }
}

class Handler final : public Poco::Net::HTTPRequestHandler {
 public:
  Handler(const HttpFrontOptions& options, const std::atomic<bool>& stopping)
      : options_(options), stopping_(stopping) {}

  // One of the five catch-alls: what escapes here would close the connection without an answer.
  void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
    Answer answer;
    try {
      answer = answer_to(request);
    } catch (const Poco::Exception& error) {
      answer = early(400, "the request could not be read: " + error.displayText());
    } catch (const std::exception&) {
      answer = early(503, "internal error");
    }
    send(answer, response);
    if (answer.close && body_left_) drop_rest(request);
  }

 private:
  Answer answer_to(HTTPServerRequest& request) {
    RawRequest raw = head_of(request);
    body_left_ = true;
    if (!options_.head_decides(raw))
      if (auto refused = BodyReader(request, options_).read(raw.body)) return *refused;
    body_left_ = options_.head_decides(raw);
    return options_.handle(raw);
  }

  void send(const Answer& answer, HTTPServerResponse& response) {
    response.setStatusAndReason(static_cast<HTTPServerResponse::HTTPStatus>(answer.status));
    response.setContentType(answer.content_type);
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    if (answer.close || stopping_) response.setKeepAlive(false);
    if (!answer.close) {
      response.sendBuffer(answer.body.data(), answer.body.size());
      return;
    }
    // Out of every buffer at once: the connection may be shut down before Poco would flush it.
    response.setContentLength64(static_cast<Poco::Int64>(answer.body.size()));
    std::ostream& out = response.send();
    out.write(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
    out.flush();
  }

  const HttpFrontOptions& options_;
  const std::atomic<bool>& stopping_;
  bool body_left_ = false;
};

class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Factory(const HttpFrontOptions& options, const std::atomic<bool>& stopping)
      : options_(options), stopping_(stopping) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override {
    return new Handler(options_, stopping_);  // Poco deletes it
  }

 private:
  const HttpFrontOptions& options_;
  const std::atomic<bool>& stopping_;
};

}  // namespace

HttpFront::HttpFront(HttpFrontOptions options) : options_(std::move(options)) {
  const int connections = static_cast<int>(options_.max_connections);
  Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
  params->setMaxThreads(connections);
  params->setMaxQueued(connections);
  params->setTimeout(Poco::Timespan(options_.timeout.count() * 1000));
  params->setKeepAliveTimeout(Poco::Timespan(15, 0));
  params->setMaxKeepAliveRequests(0);
  threads_ = std::make_unique<Poco::ThreadPool>(1, connections);
  server_ =
      std::make_unique<Poco::Net::HTTPServer>(new Factory(options_, stopping_), *threads_,
                                              listen_on(options_.listen, options_.name), params);
}

HttpFront::~HttpFront() { stop(); }

void HttpFront::start() { server_->start(); }

void HttpFront::stop() {
  if (stopping_.exchange(true)) return;
  server_->stopAll(false);
  threads_->joinAll();
}

std::uint16_t HttpFront::port() const { return server_->port(); }

}  // namespace fh
