// Addresses to listen on, and networks: a line of one, and a line of an address that may be in it.
#include "config/ip_network.h"
#include "config/listen_address.h"
#include "fuzz/fuzz_target.h"

FUZZ_TARGET(address) {
  const std::string text = input.line();
  const std::string other = input.rest();
  const ParsedAddress listen = parse_listen_address(text);
  if (listen.refusal)
    MUST_HOLD(!listen.refusal->empty());
  else
    MUST_HOLD(parse_listen_address(listen.value.text()).value == listen.value);

  const auto network = IpNetwork::parse(text);
  if (!network) return;
  MUST_HOLD(network->text() == text);
  MUST_HOLD(network->contains(text.substr(0, text.find('/'))));
  const bool contains = network->contains(other);
  const std::string without_zone = other.substr(0, other.find('%'));
  const auto one = IpNetwork::parse(without_zone);
  if (contains) MUST_HOLD(one && without_zone.find('/') == std::string::npos);
  if (contains && text.find('/') == std::string::npos) MUST_HOLD(one->contains(text));
}
