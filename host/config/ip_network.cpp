#include "config/ip_network.h"

#include <algorithm>
#include <charconv>

namespace fh {
namespace {

using Poco::Net::IPAddress;

// What Poco asks takes more for an address: "10.1", "0x7f.1", anything after a blank or a NUL byte.
bool is_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos &&
         text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

// Four decimal numbers.
bool is_ipv4(std::string_view text) {
  int numbers = 0;
  for (bool more = true; more; ++numbers) {
    const std::string_view number = text.substr(0, text.find('.'));
    if (number.empty() || number.size() > 3 || (number.size() > 1 && number.front() == '0') ||
        number.find_first_not_of("0123456789") != std::string_view::npos)
      return false;
    more = number.size() < text.size();
    text.remove_prefix(more ? number.size() + 1 : number.size());
  }
  return numbers == 4;
}

std::optional<IPAddress> address_from(std::string_view text) {
  constexpr std::string_view kMapped = "::ffff:";
  if (text.starts_with(kMapped) && text.find('.') != std::string_view::npos)
    text.remove_prefix(kMapped.size());
  if (!is_ipv4(text) && !is_ipv6(text)) return std::nullopt;
  std::string written(text);
  // "::" however it is written, which Poco takes for a failure of its own: the address after it is
  // asked for instead.
  const bool is_unspecified = is_ipv6(text) && text.find_first_not_of("0:.") == text.npos;
  if (is_unspecified && written.back() == '0') written.pop_back();
  if (is_unspecified) written += '1';
  IPAddress address;
  if (!IPAddress::tryParse(written, address)) return std::nullopt;
  return is_unspecified ? IPAddress(IPAddress::IPv6) : address;
}

// Poco throws when IPv6 addresses of two zones meet.
std::string_view without_zone(std::string_view address) {
  return address.find(':') < address.find('%') ? address.substr(0, address.find('%')) : address;
}

}  // namespace

IpNetwork::IpNetwork(std::string text, const IPAddress& address, unsigned prefix)
    : text_(std::move(text)), mask_(prefix, address.family()), network_(address & mask_) {}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  const auto slash = text.find('/');
  const auto address = address_from(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned longest = static_cast<unsigned>(address->length()) * 8;
  unsigned prefix = longest;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix > longest)
      return std::nullopt;
  }
  return IpNetwork(std::string(text), *address, prefix);
}

bool IpNetwork::contains(const std::string& address) const {
  const auto parsed = address_from(without_zone(address));
  return parsed && parsed->family() == mask_.family() && (*parsed & mask_) == network_;
}

std::string network_of_one(const std::string& address) {
  constexpr unsigned kCustomer = 64;
  const auto parsed = address_from(without_zone(address));
  if (!parsed || parsed->family() != IPAddress::IPv6) return address;
  return (*parsed & IPAddress(kCustomer, IPAddress::IPv6)).toString() + "/" +
         std::to_string(kCustomer);
}

bool is_in(const std::vector<IpNetwork>& networks, const std::string& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace fh
