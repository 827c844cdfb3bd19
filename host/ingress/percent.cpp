#include "ingress/percent.h"

#include <algorithm>

#include "base/digest.h"

namespace fh {
namespace {

constexpr std::string_view kUnreserved =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    if (text.front() != '%') {
      plain += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto byte = text.size() < 3 ? std::nullopt : from_hex(text.substr(1, 2));
    if (!byte) return std::nullopt;
    plain += *byte;
    text.remove_prefix(3);
  }
  return plain;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos)
      encoded += c;
    else
      encoded += "%" + to_hex(std::string_view(&c, 1));
  }
  return encoded;
}

std::vector<std::string_view> query_values(std::string_view query, std::string_view name) {
  std::vector<std::string_view> values;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (percent_decode(pair.substr(0, equals)) != name) continue;
    values.push_back(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
  }
  return values;
}

std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto decoded = [](std::string_view text) {
    return percent_decode(text).value_or(std::string(text));
  };
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    pairs.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
  }
  return pairs;
}

}  // namespace fh
