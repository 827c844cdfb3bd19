// Hands one mail to an SMTP server: STARTTLS, AUTH, one recipient (RFC 5321, 3207, 4954). The
// password is sent only over a connection whose certificate was checked against the host's name, or
// to this machine (read_settings sees to that). Waits at most `timeout` for each answer. Safe from
// any thread.
#pragma once

#include <stdexcept>
#include <string>

#include "issue-certificate/settings.h"

namespace certificate {

/// The server, or what it lacks, rules this mail out for good; trying again would end the same.
class MailRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Envelope {
  std::string from;  // is_mail_address() holds for both
  std::string to;
};

/// On return the server has answered for the mail. Throws MailRefused (a 5xx answer, no STARTTLS,
/// no AUTH that we know) or std::runtime_error for what may pass (4xx, no connection, no answer in
/// time, a certificate that does not fit); the text says so when the mail may have been taken all
/// the same.
void send_mail(const SmtpSettings& server, const std::string& password, const Envelope& envelope,
               const std::string& mime);

}  // namespace certificate
