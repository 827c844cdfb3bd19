// Who sent what came through proxies: a line of trusted networks, then lines of X-Forwarded-For.
#include "ingress/forwarded_client.h"

#include "fuzz/fuzz_target.h"

FUZZ_TARGET(forwarded_client) {
  std::vector<IpNetwork> proxies;
  for (const std::string& word : input.words())
    if (const auto network = IpNetwork::parse(word)) proxies.push_back(*network);
  RawRequest request;
  while (input.has_more()) request.headers.emplace_back("x-forwarded-for", input.line());
  const std::string client = forwarded_client(request, proxies);
  for (const IpNetwork& proxy : proxies) MUST_HOLD(!proxy.contains(client));
  MUST_HOLD(client.empty() || IpNetwork::parse(client));

  // Whatever a stranger writes before it changes nothing.
  RawRequest forged = request;
  forged.headers.emplace(forged.headers.begin(), "X-Forwarded-For", "203.0.113.9, 10.0.0.1");
  if (!client.empty()) MUST_HOLD(forwarded_client(forged, proxies) == client);
  // A stranger who speaks to the proxy itself is who the proxy says, if that is an address.
  request.headers.emplace_back("X-Forwarded-For", "not an address");
  MUST_HOLD(forwarded_client(request, proxies).empty());
}
