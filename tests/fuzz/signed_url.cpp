// URLs and forms as they are signed: lines of a public URL's rest, a path, a query and a content
// type, then a body.
#include "ingress/signed_url.h"

#include <algorithm>

#include "fuzz/fuzz_target.h"

namespace fh::fuzz {
namespace {

// As the configuration takes it.
bool can_be_public(const std::string& rest) {
  return !rest.empty() && rest[0] != '/' && rest[0] != '?' &&
         rest.find_first_of(" \t\r\n#") == std::string::npos;
}

// The same fields the other way round.
std::string reversed(const std::string& form) {
  std::vector<std::string> pairs(1);
  for (const char c : form)
    if (c == '&')
      pairs.emplace_back();
    else
      pairs.back() += c;
  std::string text;
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair)
    text += (pair == pairs.rbegin() ? "" : "&") + *pair;
  return text;
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(signed_url) {
  const std::string rest = input.line();
  RawRequest request;
  request.path = "/" + input.line();
  request.query = input.line();
  request.headers.emplace_back("Content-Type", input.line());
  request.body = input.rest();
  if (!can_be_public(rest)) return;

  const std::string public_url = "https://" + rest;
  const std::string url = full_url(public_url, request);
  MUST_HOLD(url.starts_with("https://" + rest.substr(0, rest.find_first_of("/?"))));
  MUST_HOLD(public_url.find('?') != std::string::npos ? url == public_url
                                                      : url.ends_with(request.query));
  const std::string hubspot = hubspot_url(url);
  MUST_HOLD(hubspot.size() <= url.size());
  MUST_HOLD(hubspot_url(hubspot) == hubspot);
  const auto urls = with_any_port(url);
  MUST_HOLD(urls.size() == 2 && urls[0] == url && urls[1] != url);
  MUST_HOLD(urls[1].starts_with("https://"));

  const auto form = signed_form(request, url);
  RawRequest other = request;
  other.body = reversed(request.body);
  const bool is_form =
      request.header("Content-Type")->starts_with("application/x-www-form-urlencoded");
  if (form && is_form) MUST_HOLD(signed_form(other, url) == form);
  if (form && !is_form && form != "") MUST_HOLD(request.header("Content-Type")->size() >= 33);
  other = request;
  other.query.clear();
  add_body_hash(other);
  if (!is_form && form != std::nullopt) MUST_HOLD(signed_form(other, "https://h/?" + other.query));
}
