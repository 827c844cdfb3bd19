#include "ingress/forwarded_client.h"

#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace fh {

std::string forwarded_client(const RawRequest& head, const std::vector<IpNetwork>& proxies) {
  std::vector<std::string> chain;
  for (const std::string_view value : head.header_values("X-Forwarded-For")) {
    const Poco::StringTokenizer list(
        std::string(value), ",",
        Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    chain.insert(chain.end(), list.begin(), list.end());
  }
  const auto client = std::find_if(chain.rbegin(), chain.rend(), [&](const std::string& address) {
    return !is_in(proxies, address);
  });
  return client == chain.rend() ? "" : *client;
}

}  // namespace fh
