#include "issue-certificate/mail.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "issue-certificate/base64.h"
#include "issue-certificate/plain_line.h"

namespace certificate {
namespace {

constexpr std::string_view kFold = "\r\n ";

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// RFC 5322 section 3.2.3.
bool is_atext(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return is_letter_or_digit(c) || kMarks.find(c) != std::string_view::npos;
}

// RFC 2047 encoded words, one a line. 39 bytes make 52 of base64: with the longest header name a
// line stays within the 76 that the RFC allows. A word never ends inside a character.
std::string encoded_words(std::string_view utf8) {
  constexpr std::size_t kBytesPerWord = 39;
  std::string words;
  while (!utf8.empty()) {
    std::size_t length = std::min(kBytesPerWord, utf8.size());
    while (length < utf8.size() && length > 1 && (utf8[length] & 0xC0) == 0x80) --length;
    if (!words.empty()) words += kFold;
    words += "=?UTF-8?B?" + base64(utf8.substr(0, length)) + "?=";
    utf8.remove_prefix(length);
  }
  return words;
}

// ASCII that fits a line and that no reader takes for an encoded word goes as it is.
bool goes_plain(std::string_view text) {
  constexpr std::size_t kMaxPlain = 60;
  return text.size() <= kMaxPlain && text.find("=?") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string header_text(std::string_view text) {
  const std::string line = plain_line(text);
  return goes_plain(line) ? line : encoded_words(line);
}

// A display name, RFC 5322 section 3.2.5.
std::string phrase(std::string_view text) {
  const std::string line = plain_line(text);
  if (!goes_plain(line)) return encoded_words(line);
  if (std::ranges::all_of(line, [](char c) { return c == ' ' || is_atext(c); })) return line;
  std::string quoted = "\"";
  for (const char c : line) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string mailbox(const Mailbox& box) {
  const std::string name = phrase(box.name);
  if (name.empty()) return box.address;
  return name + std::string(kFold) + '<' + box.address + '>';
}

std::string date_time(std::chrono::sys_seconds time) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  char text[60];
  std::snprintf(text, sizeof text, "%s, %u %s %04d %02d:%02d:%02d +0000",
                kDays.at(std::chrono::weekday(midnight).c_encoding()), unsigned(day.day()),
                kMonths.at(unsigned(day.month()) - 1), int(day.year()), int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  return text;
}

// Quoted-printable, RFC 2045 section 6.7: text stays readable in the file.
std::string quoted_printable(std::string_view text) {
  constexpr std::size_t kMaxLine = 75;  // and one for the '=' of a soft break
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      encoded += "\r\n";
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !last);
    const std::size_t width = plain ? 1 : 3;
    if (column + width > kMaxLine) {
      encoded += "=\r\n";
      column = 0;
    }
    column += width;
    if (plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'=', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const auto is_dotted = [](std::string_view part, std::size_t max, auto allowed) {
    return !part.empty() && part.size() <= max && part.front() != '.' && part.back() != '.' &&
           part.find("..") == std::string_view::npos &&
           std::ranges::all_of(part, [&](char c) { return c == '.' || allowed(c); });
  };
  const auto at = text.rfind('@');
  return at != std::string_view::npos && is_dotted(text.substr(0, at), 64, is_atext) &&
         is_dotted(text.substr(at + 1), 189,
                   [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

std::string to_mime(const Mail& mail) {
  // "=_" stands in neither base64 nor quoted-printable, so no body can hold the boundary.
  const std::string boundary = "=_" + mail.stem.substr(0, 60);
  const std::string domain = mail.from.address.substr(mail.from.address.rfind('@') + 1);
  std::string mime;
  mime += "From: " + mailbox(mail.from) + "\r\n";
  mime += "To: " + mailbox(mail.to) + "\r\n";
  mime += "Subject: " + header_text(mail.subject) + "\r\n";
  mime += "Date: " + date_time(mail.date) + "\r\n";
  mime += "Message-ID: <" + mail.stem + '@' + domain + ">\r\n";
  mime += "Auto-Submitted: auto-generated\r\n";
  mime += "MIME-Version: 1.0\r\n";
  mime += "Content-Type: multipart/mixed;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
  mime += "--" + boundary + "\r\n";
  mime += "Content-Type: text/plain; charset=utf-8\r\n";
  mime += "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  mime += quoted_printable(mail.text) + "\r\n";
  mime += "--" + boundary + "\r\n";
  mime += "Content-Type: application/pdf\r\n";
  mime += "Content-Transfer-Encoding: base64\r\n";
  mime += "Content-Disposition: attachment;\r\n filename=\"" + mail.attachment_name + "\"\r\n\r\n";
  mime += base64(mail.attachment, 76) + "\r\n";
  mime += "--" + boundary + "--\r\n";
  return mime;
}

}  // namespace certificate
