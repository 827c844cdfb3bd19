// HttpClient: one keep-alive connection to a server on this machine. One thread.
#pragma once

#include <Poco/Net/HTTPClientSession.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "ingress/raw_request.h"

namespace fh::test {

struct Reply {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> headers;

  Json json() const { return Json::parse(body); }
};

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);

  /// Throws when no whole answer comes.
  Reply call(const RawRequest& request);
  /// nullopt when no whole answer comes; the next call makes a new connection.
  std::optional<Reply> try_call(const RawRequest& request);

 private:
  Poco::Net::HTTPClientSession session_;
};

}  // namespace fh::test
