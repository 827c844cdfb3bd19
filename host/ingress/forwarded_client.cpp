#include "ingress/forwarded_client.h"

#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace fh {
namespace {

// Of "203.0.113.7:1000", "[2001:db8::7]:1000", "fe80::7%eth0" and the like the address alone; ""
// for what is none.
std::string address_in(std::string_view text) {
  constexpr std::string_view kMapped = "::ffff:";
  if (text.starts_with('['))
    text = text.substr(1, text.find(']') - 1);
  else if (std::count(text.begin(), text.end(), ':') == 1)
    text = text.substr(0, text.find(':'));
  text = text.substr(0, text.find('%'));
  if (text.starts_with(kMapped) && text.find('.') != std::string_view::npos)
    text.remove_prefix(kMapped.size());
  const bool is_address = text.find('/') == std::string_view::npos && IpNetwork::parse(text);
  return std::string(is_address ? text : "");
}

}  // namespace

std::string forwarded_client(const RawRequest& head, const std::vector<IpNetwork>& proxies) {
  std::vector<std::string> chain;
  for (const std::string_view value : head.header_values("X-Forwarded-For")) {
    const Poco::StringTokenizer list(
        std::string(value), ",",
        Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    chain.insert(chain.end(), list.begin(), list.end());
  }
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
    const std::string address = address_in(*one);
    if (address.empty() || !is_in(proxies, address)) return address;
  }
  return "";
}

}  // namespace fh
