#include "ingress/http_front.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
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

// Reads the body; an answer when it is not all there or too much.
std::optional<Answer> read_body(HTTPServerRequest& request, std::size_t most, std::string& body) {
  const bool chunked = request.getChunkedTransferEncoding();
  const auto length = request.getContentLength64();
  if (!chunked && length == HTTPServerRequest::UNKNOWN_CONTENT_LENGTH)
    return early(411, "the request has no Content-Length");
  if (!chunked && length > static_cast<Poco::Int64>(most))
    return early(413, "the body is larger than " + std::to_string(most) + " bytes");
  body.reserve(chunked ? 0 : static_cast<std::size_t>(length));
  char part[16 * 1024];
  std::istream& stream = request.stream();
  while (stream.read(part, sizeof part) || stream.gcount() > 0) {
    body.append(part, static_cast<std::size_t>(stream.gcount()));
    if (body.size() > most)
      return early(413, "the body is larger than " + std::to_string(most) + " bytes");
  }
  if (!chunked && body.size() != static_cast<std::size_t>(length))
    return early(400, "the body ended before its Content-Length");
  return std::nullopt;
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
  }

 private:
  Answer answer_to(HTTPServerRequest& request) {
    RawRequest raw = head_of(request);
    if (!options_.head_decides(raw))
      if (auto refused = read_body(request, options_.max_body, raw.body)) return *refused;
    return options_.handle(raw);
  }

  void send(const Answer& answer, HTTPServerResponse& response) {
    response.setStatusAndReason(static_cast<HTTPServerResponse::HTTPStatus>(answer.status));
    response.setContentType(answer.content_type);
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    if (answer.close || stopping_) response.setKeepAlive(false);
    response.sendBuffer(answer.body.data(), answer.body.size());
  }

  const HttpFrontOptions& options_;
  const std::atomic<bool>& stopping_;
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
