// HttpFront: an HTTP server around one function from RawRequest to Answer, over Poco's HTTPServer
// for now. A connection has a thread of its own. After every answer that asks for it, and whenever
// a body was not read to its end, the connection is closed, so that no unread byte becomes the next
// request.
#pragma once

#include <Poco/Net/HTTPServer.h>

#include <atomic>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "config/listen_address.h"
#include "ingress/answer.h"
#include "ingress/raw_request.h"

namespace fh {

struct HttpFrontOptions {
  std::string name;  // for errors: "ingest"
  ListenAddress listen;
  std::size_t max_connections = 16;
  std::size_t max_body = 0;
  Millis timeout{10'000};  // of one read
  /// Called from the connections' threads; must not throw.
  std::function<Answer(const RawRequest&)> handle;
  /// Whether the head alone decides the answer: then the body is not read.
  std::function<bool(const RawRequest& head)> head_decides;
};

class HttpFront {
 public:
  /// Binds the port; throws HostError when it cannot.
  explicit HttpFront(HttpFrontOptions options);
  ~HttpFront();

  void start();
  /// Refuses new connections, lets requests at hand end, closes the rest.
  void stop();
  std::uint16_t port() const;

 private:
  const HttpFrontOptions options_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Poco::ThreadPool> threads_;
  std::unique_ptr<Poco::Net::HTTPServer> server_;
};

}  // namespace fh
