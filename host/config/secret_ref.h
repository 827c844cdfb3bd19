// SecretRef: where a secret is kept, never the secret itself: "env:NAME", "file:PATH" or
// "credential:NAME" (a systemd credential, $CREDENTIALS_DIRECTORY/NAME). Printing one is safe. A
// plain value.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"

namespace fh {

/// There is nothing to read yet: no such variable, no such file, or one that may not be read.
class SecretMissing : public HostError {
 public:
  using HostError::HostError;
};

class SecretRef {
 public:
  enum class Kind { env, file, credential };

  /// A file's path that is relative starts at `folder`. nullopt when the text is no reference,
  /// which most often means that it is the secret itself: do not print it.
  static std::optional<SecretRef> parse(std::string_view text, const std::filesystem::path& folder);

  SecretRef(Kind kind, std::string name) : kind_(kind), name_(std::move(name)) {}

  Kind kind() const { return kind_; }
  /// "env:SMTP_PASSWORD": what parse() takes, with an absolute path.
  std::string text() const;

  /// Reads the secret now; one newline at the end of a file is not part of it. Never empty: throws
  /// SecretMissing when it is not there, and HostError when what is there is empty or larger than
  /// 64 KiB; both name the reference and not the value.
  std::string resolve() const;

  friend bool operator==(const SecretRef&, const SecretRef&) = default;

 private:
  Kind kind_;
  std::string name_;  // variable, absolute path or credential
};

}  // namespace fh
