// A mail with a text and one attachment, as the bytes that go over SMTP or into an .eml file
// (RFC 5322, MIME: RFC 2045 to 2047). Nothing in the bytes comes from the clock or from chance, so
// every retry makes the same mail. No text can start a header of its own. Safe from any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace certificate {

struct Mailbox {
  std::string name;     // UTF-8, may be empty
  std::string address;  // is_mail_address() holds
};

struct Mail {
  Mailbox from;
  Mailbox to;
  std::string subject;  // UTF-8
  std::string text;     // UTF-8, lines end in \n
  std::string stem;     // names the mail: left of the @ in its Message-ID, fit for file names
  std::chrono::sys_seconds date;
  std::string attachment_name;  // letters, digits, '.', '-' and '_'
  std::string attachment;       // the bytes of a PDF
};

/// True for an address that every SMTP server takes unquoted (RFC 5321 section 4.1.2: dot-string,
/// at most 64 bytes, '@', a domain of letters, digits, '-' and '.'). Addresses beyond ASCII are
/// not: they need SMTPUTF8, which few servers have.
bool is_mail_address(std::string_view text);

/// Lines end in CRLF, none is longer than 78 bytes but for one long address.
std::string to_mime(const Mail& mail);

}  // namespace certificate
