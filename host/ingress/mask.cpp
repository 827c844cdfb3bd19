#include "ingress/mask.h"

#include <algorithm>

#include "ingress/percent.h"

namespace fh {
namespace {

constexpr std::string_view kMask = "***";

bool is_signature(std::string_view name, const SignatureTemplate& signature) {
  if (signature.header_prefixes.empty()) return equal_ignoring_case(name, signature.header);
  return std::any_of(
      signature.header_prefixes.begin(), signature.header_prefixes.end(),
      [&](const auto& prefix) { return equal_ignoring_case(name, prefix + signature.header); });
}

bool carries_credentials(std::string_view name, const VerifyConfig& verify) {
  for (const std::string_view known :
       {"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key"})
    if (equal_ignoring_case(name, known)) return true;
  if (const auto* signature = std::get_if<SignatureTemplate>(&verify.scheme))
    return is_signature(name, *signature);
  if (const auto* token = std::get_if<HeaderToken>(&verify.scheme))
    return equal_ignoring_case(name, token->header);
  return false;
}

bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& one) { return equal_ignoring_case(name, one); });
}

// What the request shows as its secret, as it is written there.
struct Shown {
  const RawRequest& request;

  std::vector<std::string_view> operator()(const QueryToken& scheme) const {
    return query_values(request.query, scheme.parameter);
  }
  std::vector<std::string_view> operator()(const PathToken& scheme) const {
    const std::string start = scheme.base + "/";
    if (!request.path.starts_with(start)) return {};
    return {std::string_view(request.path).substr(start.size())};
  }
  std::vector<std::string_view> operator()(const HeaderToken& scheme) const {
    auto values = request.header_values(scheme.header);
    for (std::string_view& value : values)
      if (value.starts_with(scheme.prefix)) value.remove_prefix(scheme.prefix.size());
    return values;
  }
  std::vector<std::string_view> operator()(const BearerToken&) const { return credentials(); }
  std::vector<std::string_view> operator()(const BasicPassword&) const { return credentials(); }
  std::vector<std::string_view> operator()(const auto&) const { return {}; }

 private:
  // What follows the scheme's name.
  std::vector<std::string_view> credentials() const {
    auto values = request.header_values("Authorization");
    for (std::string_view& value : values) value.remove_prefix(value.find_last_of(' ') + 1);
    return values;
  }
};

// What is no escape stays as it is.
std::string decoded(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto byte = text.front() == '%' ? percent_decode(text.substr(0, 3)) : std::nullopt;
    plain += byte ? byte->front() : text.front();
    text.remove_prefix(byte ? 3 : 1);
  }
  return plain;
}

// What no kept value may hold. Nothing for signatures, whose secrets do not travel: those are most
// deliveries.
class Tokens {
 public:
  Tokens(const RawRequest& request, const VerifyConfig& verify) {
    if (std::holds_alternative<SignatureTemplate>(verify.scheme)) return;
    for (const Secret& secret : verify.secrets) add(secret.value);
    auto shown = std::visit(Shown{request}, verify.scheme);
    // More than one is refused, and looking for many would take long.
    shown.resize(std::min<std::size_t>(shown.size(), 2));
    for (const std::string_view token : shown) {
      add_shown(std::string(token));
      add_shown(decoded(token));
    }
  }

  bool stand_in(const std::string& value) const {
    if (tokens_.empty()) return false;
    return is_in(value) || (value.find('%') != std::string::npos && is_in(decoded(value)));
  }

 private:
  // A stranger makes up token and values: a long one could be compared anew at each of their bytes.
  void add_shown(std::string token) {
    constexpr std::size_t kMostLookedFor = 64;
    token.resize(std::min(token.size(), kMostLookedFor));
    if (tokens_.empty() || tokens_.back() != token) add(std::move(token));
  }
  void add(std::string token) {
    constexpr std::size_t kLeast = 4;  // what is shorter would mask half of all values
    if (token.size() >= kLeast) tokens_.push_back(std::move(token));
  }
  bool is_in(const std::string& value) const {
    return std::any_of(tokens_.begin(), tokens_.end(), [&](const std::string& token) {
      return value.find(token) != std::string::npos;
    });
  }

  std::vector<std::string> tokens_;
};

// Every delivery's head goes through here, and hardly any has something to escape.
void append_quoted(std::string& json, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (plain)
    json.append("\"").append(text).append("\"");
  else
    json += to_text(Json(text));
}

}  // namespace

std::string masked_head(const RawRequest& request, const VerifyConfig& verify, std::size_t most,
                        const std::vector<std::string>& others) {
  constexpr std::size_t kForTheRest = 32;  // what says how many do not fit
  const std::size_t longest = most / 16;
  const Tokens tokens(request, verify);
  std::string head = "[";
  int left_out = 0;
  for (const auto& [name, value] : request.headers) {
    const std::size_t before = head.size();
    head += before > 1 ? ",[" : "[";
    append_quoted(head, name);
    head += ',';
    if (carries_credentials(name, verify) || is_one_of(others, name) || tokens.stand_in(value))
      append_quoted(head, kMask);
    else if (value.size() > longest)
      append_quoted(head, value.substr(0, longest) + "...");
    else
      append_quoted(head, value);
    head += ']';
    if (head.size() <= most - kForTheRest) continue;
    head.resize(before);
    ++left_out;
  }
  if (left_out > 0) {
    head += head.size() > 1 ? ",[" : "[";
    append_quoted(head, "...");
    head += ',';
    append_quoted(head, std::to_string(left_out) + " more");
    head += ']';
  }
  return head + "]";
}

}  // namespace fh
