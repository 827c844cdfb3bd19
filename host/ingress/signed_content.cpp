#include "ingress/signed_content.h"

#include "base/check.h"
#include "ingress/shown_signatures.h"
#include "ingress/signed_url.h"

namespace fh {
namespace {

using Kind = SignedPart::Kind;
using UrlForm = SignatureTemplate::UrlForm;

std::vector<std::string> signed_urls(const SignatureTemplate& signature,
                                     const std::string& public_url, const RawRequest& request) {
  if (!signature.signs(Kind::url) && !signature.signs(Kind::form)) return {""};
  const std::string url = full_url(public_url, request);
  switch (signature.url) {
    case UrlForm::as_is: return {url};
    case UrlForm::hubspot: return {hubspot_url(url)};
    case UrlForm::any_port: return with_any_port(url);
  }
  CHECK(!"a URL's form");
}

class Collector {
 public:
  Collector(const SignatureTemplate& signature, const RawRequest& request,
            const SignedValues& values)
      : signature_(signature), request_(request), values_(values) {}

  std::variant<SignedContent, VerifyRefusal> collect(const std::string& url) const {
    SignedContent content;
    for (const SignedPart& part : signature_.parts) {
      auto piece = piece_of(part, url);
      if (const auto* why = std::get_if<VerifyRefusal>(&piece)) return *why;
      content.pieces.push_back(std::get<SignedPiece>(std::move(piece)));
    }
    return content;
  }

 private:
  std::variant<SignedPiece, VerifyRefusal> piece_of(const SignedPart& part,
                                                    const std::string& url) const {
    switch (part.kind) {
      case Kind::text: return SignedPiece{&part, part.text};
      case Kind::body: return SignedPiece{&part, "", &request_.body};
      case Kind::timestamp: return SignedPiece{&part, values_.timestamp};
      case Kind::id: return SignedPiece{&part, values_.id};
      case Kind::method: return SignedPiece{&part, request_.method};
      case Kind::url: return SignedPiece{&part, url};
      case Kind::secret: return SignedPiece{&part, ""};
      case Kind::form: return form_piece(part, url);
      case Kind::header: return header_piece(part);
    }
    CHECK(!"a signed part");
  }

  std::variant<SignedPiece, VerifyRefusal> form_piece(const SignedPart& part,
                                                      const std::string& url) const {
    auto form = signed_form(request_, url);
    if (form) return SignedPiece{&part, *std::move(form)};
    return VerifyRefusal{RefusalCause::body_not_signed,
                         "the signature does not cover the body: it is no form, and the URL's "
                         "bodySHA256 is missing or not its hash"};
  }

  std::variant<SignedPiece, VerifyRefusal> header_piece(const SignedPart& part) const {
    const auto value = read_header(request_, values_.header_prefix + part.text);
    if (const auto* why = std::get_if<VerifyRefusal>(&value)) return *why;
    return SignedPiece{&part, std::string(std::get<std::string_view>(value))};
  }

  const SignatureTemplate& signature_;
  const RawRequest& request_;
  const SignedValues& values_;
};

}  // namespace

std::string_view SignedContent::joined(std::string& buffer, const std::string& secret) const {
  if (pieces.size() == 1) return pieces.front().bytes();
  buffer.clear();
  for (const SignedPiece& piece : pieces)
    buffer += piece.part->kind == Kind::secret ? std::string_view(secret) : piece.bytes();
  return buffer;
}

std::variant<std::vector<SignedContent>, VerifyRefusal> signed_contents(
    const SignatureTemplate& signature, const std::string& public_url, const RawRequest& request,
    const SignedValues& values) {
  std::vector<SignedContent> contents;
  for (const std::string& url : signed_urls(signature, public_url, request)) {
    auto content = Collector(signature, request, values).collect(url);
    if (const auto* why = std::get_if<VerifyRefusal>(&content)) return *why;
    contents.push_back(std::get<SignedContent>(std::move(content)));
  }
  return contents;
}

}  // namespace fh
