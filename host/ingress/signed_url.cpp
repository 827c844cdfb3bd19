#include "ingress/signed_url.h"

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "ingress/percent.h"

namespace fh {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::string_view kBodyHash = "bodySHA256";
constexpr std::string_view kHubspotDecodes = ":/?@!$'()*,;";

std::size_t start_of_host(std::string_view url) { return url.find("://") + 3; }

bool has_form(const RawRequest& request) {
  const std::string_view type = request.header("Content-Type").value_or("");
  return equal_ignoring_case(type.substr(0, type.find_first_of("; ")), kFormType);
}

std::optional<std::string> decoded_field(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '+', ' ');
  return percent_decode(plain);
}

std::optional<std::string> sorted_form(std::string_view form) {
  std::set<std::pair<std::string, std::string>> fields;
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(form.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decoded_field(pair.substr(0, equals));
    auto value = decoded_field(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    fields.emplace(*std::move(name), *std::move(value));
  }
  std::string text;
  for (const auto& [name, value] : fields) text += name + value;
  return text;
}

}  // namespace

std::string full_url(const std::string& public_url, const RawRequest& request) {
  if (public_url.find('?') != std::string::npos) return public_url;
  std::string url = public_url;
  const auto path = std::min(url.find('/', start_of_host(url)), url.size());
  if (path + 1 >= url.size()) url.replace(path, std::string::npos, request.path);
  return request.query.empty() ? url : url + "?" + request.query;
}

std::string hubspot_url(const std::string& url) {
  std::string decoded;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto byte =
        url[i] == '%' ? from_hex(std::string_view(url).substr(i + 1, 2)) : std::nullopt;
    const bool decodes =
        byte && byte->size() == 1 && kHubspotDecodes.find(*byte) != std::string_view::npos;
    decoded += decodes ? byte->front() : url[i];
    if (decodes) i += 2;
  }
  return decoded;
}

std::vector<std::string> with_any_port(const std::string& url) {
  const auto host = start_of_host(url);
  const auto path = std::min(url.find_first_of("/?", host), url.size());
  const auto colon = url.rfind(':', path);
  // An IPv6 address has colons of its own, up to its bracket.
  const bool has_port = colon >= host && colon != std::string::npos && url.find(']', colon) >= path;
  const std::string rest = url.substr(path);
  if (has_port) return {url, url.substr(0, colon) + rest};
  return {url, url.substr(0, path) + (url.starts_with("https:") ? ":443" : ":80") + rest};
}

std::optional<std::string> signed_form(const RawRequest& request, const std::string& url) {
  if (has_form(request)) return sorted_form(request.body);
  if (request.body.empty()) return "";
  const auto query = url.find('?');
  if (query == std::string::npos) return std::nullopt;
  const auto hashes = query_values(std::string_view(url).substr(query + 1), kBodyHash);
  const auto hash = hashes.size() == 1 ? from_hex(hashes.front()) : std::nullopt;
  if (!hash || !equal_constant_time(*hash, bytes_of(sha256(request.body)))) return std::nullopt;
  return "";
}

void add_body_hash(RawRequest& request) {
  const bool given = !query_values(request.query, kBodyHash).empty();
  if (has_form(request) || request.body.empty() || given) return;
  if (!request.query.empty()) request.query += '&';
  request.query += std::string(kBodyHash) + "=" + to_hex(sha256(request.body));
}

}  // namespace fh
