#include "ingress/shown_signatures.h"

#include <algorithm>

#include "base/check.h"
#include "base/digest.h"
#include "base/mac.h"
#include "config/signature_template.h"

namespace fh {
namespace {

using Template = SignatureTemplate;
using Format = SignatureTemplate::Format;

// Each costs a comparison per secret. One of Ed25519 costs a whole verification; a sender that
// changes its key shows two.
constexpr std::size_t kMostSignatures = 16;
constexpr std::size_t kMostEd25519 = 4;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string_view> split(std::string_view text, const std::string& separator) {
  if (separator.empty()) return {text};
  std::vector<std::string_view> items;
  while (true) {
    const auto end = text.find(separator);
    const std::string_view item = trimmed(text.substr(0, end));
    if (!item.empty()) items.push_back(item);
    if (end == std::string_view::npos) return items;
    text.remove_prefix(end + separator.size());
  }
}

// "v1,text" or "v1=text": its label and the rest; the label is "" when there is none.
std::pair<std::string_view, std::string_view> labelled(std::string_view item, char mark) {
  const auto end = item.find(mark);
  if (end == std::string_view::npos) return {"", item};
  return {item.substr(0, end), item.substr(end + 1)};
}

// Reads the items of one header, and remembers why nothing came of them.
class HeaderItems {
 public:
  HeaderItems(const Template& signature, std::string name)
      : signature_(signature), name_("header " + std::move(name)) {}

  std::variant<ShownSignatures, VerifyRefusal> read(std::string_view value) {
    const auto items = split(value, signature_.separator);
    if (items.size() > kMostSignatures)
      return refusal(RefusalCause::too_many_signatures,
                     "has more than " + std::to_string(kMostSignatures) + " items");
    for (const std::string_view item : items) {
      read_item(item);
      if (repeated_timestamp_)
        return refusal(RefusalCause::bad_timestamp, "has its timestamp twice");
    }
    if (ed25519_ > kMostEd25519)
      return refusal(RefusalCause::too_many_signatures,
                     "has more than " + std::to_string(kMostEd25519) + " Ed25519 signatures");
    if (!shown_.all.empty()) return std::move(shown_);
    if (undecodable_) return refusal(RefusalCause::bad_encoding, "is not " + expected());
    if (signature_.format == Format::prefix)
      return refusal(RefusalCause::wrong_prefix,
                     "does not begin with \"" + signature_.prefix + "\"");
    return refusal(RefusalCause::missing_signature,
                   "has no signature marked \"" + signature_.label + "\"");
  }

 private:
  void read_item(std::string_view item) {
    switch (signature_.format) {
      case Format::raw: return add(item, signature_.algorithm);
      case Format::prefix: return read_prefixed(item);
      case Format::key_value: return read_pair(item);
      case Format::versioned: return read_versioned(item);
      case Format::base64_pair: return read_base64_pair(item);
    }
  }

  void read_prefixed(std::string_view item) {
    const bool has_prefix = item.starts_with(signature_.prefix);
    if (!has_prefix && !signature_.prefix_optional) return;
    if (has_prefix) item.remove_prefix(signature_.prefix.size());
    add(item, signature_.algorithm);
  }

  void read_pair(std::string_view item) {
    const auto [label, text] = labelled(item, '=');
    if (!signature_.timestamp_label.empty() && label == signature_.timestamp_label) {
      repeated_timestamp_ = shown_.timestamp.has_value();
      shown_.timestamp = text;
    } else if (label == signature_.label) {
      add(text, signature_.algorithm);
    }
  }

  void read_versioned(std::string_view item) {
    const auto [version, text] = labelled(item, ',');
    if (version == signature_.label)
      add(text, signature_.algorithm);
    else if (!version.empty() && version == signature_.ed25519_label)
      add(text, Template::Algorithm::ed25519);
  }

  // base64 of "ID:SIGNATURE".
  void read_base64_pair(std::string_view item) {
    const auto pair = from_base64(item);
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos)
      undecodable_ = true;
    else
      add(std::string_view(*pair).substr(colon + 1), signature_.algorithm);
  }

  std::string expected() const {
    const std::string signature = std::to_string(signature_size(signature_.algorithm)) +
                                  " bytes in " + name_in(encoding_names(), signature_.encoding);
    const bool pair = signature_.format == Format::base64_pair;
    return pair ? "base64 of \"ID:SIGNATURE\", its signature " + signature : signature;
  }

  void add(std::string_view text, Template::Algorithm algorithm) {
    auto bytes = decoded(signature_.encoding, text);
    if (!bytes || bytes->size() != signature_size(algorithm)) {
      undecodable_ = true;
      return;
    }
    const bool ed25519 = algorithm == Template::Algorithm::ed25519;
    if (ed25519) ++ed25519_;
    shown_.all.push_back({*std::move(bytes), ed25519});
  }

  VerifyRefusal refusal(RefusalCause cause, const std::string& text) const {
    return {cause, name_ + " " + text};
  }

  const Template& signature_;
  const std::string name_;
  ShownSignatures shown_;
  std::size_t ed25519_ = 0;
  bool undecodable_ = false;
  bool repeated_timestamp_ = false;
};

// The first set of header names of which the signature's is there; else the first one.
std::string used_prefix(const Template& signature, const RawRequest& request) {
  if (signature.header_prefixes.empty()) return "";
  for (const std::string& prefix : signature.header_prefixes)
    if (request.header(prefix + signature.header)) return prefix;
  return signature.header_prefixes.front();
}

}  // namespace

std::size_t signature_size(Template::Algorithm algorithm) {
  switch (algorithm) {
    case Template::Algorithm::hmac_sha1: return bytes_of(Hash::sha1);
    case Template::Algorithm::hmac_sha256: return bytes_of(Hash::sha256);
    case Template::Algorithm::hmac_sha384: return bytes_of(Hash::sha384);
    case Template::Algorithm::hmac_sha512: return bytes_of(Hash::sha512);
    case Template::Algorithm::ed25519: return kEd25519Signature;
    case Template::Algorithm::sha256: return Digest().size();
  }
  CHECK(!"an algorithm");
}

std::string encoded(Template::Encoding encoding, std::string_view bytes) {
  switch (encoding) {
    case Template::Encoding::hex: return to_hex(bytes);
    case Template::Encoding::base64: return to_base64(bytes);
    case Template::Encoding::base64url: return to_base64url(bytes);
  }
  CHECK(!"an encoding");
}

std::optional<std::string> decoded(Template::Encoding encoding, std::string_view text) {
  switch (encoding) {
    case Template::Encoding::hex: return from_hex(text);
    case Template::Encoding::base64: return from_base64(text);
    case Template::Encoding::base64url: return from_base64url(text);
  }
  CHECK(!"an encoding");
}

std::variant<std::string_view, VerifyRefusal> read_header(const RawRequest& request,
                                                          const std::string& name) {
  const auto values = request.header_values(name);
  if (values.empty())
    return VerifyRefusal{RefusalCause::missing_header, "header " + name + " is missing"};
  if (values.size() > 1)
    return VerifyRefusal{RefusalCause::repeated_header,
                         "header " + name + " is given more than once"};
  return values.front();
}

std::variant<ShownSignatures, VerifyRefusal> read_shown(const Template& signature,
                                                        const RawRequest& request) {
  const std::string prefix = used_prefix(signature, request);
  const std::string name = prefix + signature.header;
  const auto value = read_header(request, name);
  if (const auto* why = std::get_if<VerifyRefusal>(&value)) return *why;
  auto shown = HeaderItems(signature, name).read(std::get<std::string_view>(value));
  if (auto* good = std::get_if<ShownSignatures>(&shown)) good->prefix = prefix;
  return shown;
}

}  // namespace fh
