#include "config/listen_address.h"

#include <algorithm>
#include <charconv>

namespace fh {
namespace {

constexpr const char* kForm = "must be \"HOST:PORT\", with IPv6 in brackets";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
constexpr std::string_view kIpv6Characters = "0123456789abcdefABCDEF:.";

bool only(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// Digits and dots mean IPv4, and then all of 127.0.0.0/8 is this machine.
bool loopback_ipv4(std::string_view host) {
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         only(host, "0123456789.");
}

}  // namespace

std::string ListenAddress::text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool ListenAddress::loopback() const {
  return host == "localhost" || host == "::1" || loopback_ipv4(host);
}

ParsedAddress parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {{}, kForm};
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);

  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!only(host, brackets ? kIpv6Characters : kNameCharacters)) return {{}, kForm};
  if (brackets && host.find(':') == std::string_view::npos) return {{}, kForm};
  if (!only(port_text, kDigits)) return {{}, kForm};

  ListenAddress address{std::string(host)};
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), address.port);
  if (error != std::errc())
    return {{}, "port " + std::string(port_text) + " is out of range (0 to 65535)"};
  return {std::move(address), {}};
}

}  // namespace fh
