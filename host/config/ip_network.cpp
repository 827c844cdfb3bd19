#include "config/ip_network.h"

#include <algorithm>
#include <charconv>

namespace fh {
namespace {

using Poco::Net::IPAddress;

std::optional<IPAddress> address_from(std::string_view text) {
  constexpr std::string_view kMapped = "::ffff:";
  if (text.starts_with(kMapped) && text.find('.') != std::string_view::npos)
    text.remove_prefix(kMapped.size());
  IPAddress address;
  if (!IPAddress::tryParse(std::string(text), address)) return std::nullopt;
  return address;
}

}  // namespace

IpNetwork::IpNetwork(std::string text, const IPAddress& address, unsigned prefix)
    : text_(std::move(text)), mask_(prefix, address.family()), network_(address & mask_) {}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
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
  const auto parsed = address_from(address);
  return parsed && parsed->family() == mask_.family() && (*parsed & mask_) == network_;
}

bool is_in(const std::vector<IpNetwork>& networks, const std::string& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace fh
