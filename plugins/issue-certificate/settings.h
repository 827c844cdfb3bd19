// The plugin's settings as the host's configuration holds them, checked once before anything is
// drawn or sent. docs/issue-certificate.md lists the keys. Safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace certificate {

struct SmtpSettings {
  std::string host;
  std::uint16_t port = 587;
  bool starttls = true;
  std::string user;     // empty: no AUTH. Never set without TLS unless the host is this machine
  std::string from;     // the envelope's sender, where bounces go
  std::string ca_file;  // empty: the system's certificate authorities
  std::chrono::seconds timeout{20};  // for one answer of the server
};

struct Settings {
  int level = 2;
  std::string title = "Certificate of Achievement";
  std::string organisation;
  std::string subject = "Your certificate";
  std::string from = "certificates@localhost";
  std::filesystem::path outbox;      // empty only if smtp is set
  std::optional<SmtpSettings> smtp;  // empty: mails become files in the outbox
};

struct SettingsReading {
  Settings value;                     // not for use when there are mistakes
  std::vector<std::string> mistakes;  // sentences that name the setting
};

/// Finds every mistake, unknown keys included.
[[nodiscard]] SettingsReading read_settings(const nlohmann::json& json);

}  // namespace certificate
