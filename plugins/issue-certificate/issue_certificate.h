// The command: draws a contact's certificate and mails it, once for a contact and a level.
#pragma once

#include <fieldhook/plugin.hpp>

namespace certificate {

class IssueCertificate final : public fieldhook::Command {
 public:
  using Command::execute;
  /// done({certificate, email, mail}), also when an earlier job issued it. fail() for what a person
  /// has to put right first: settings, the contact's email, fonts, a mail the server will never
  /// take. What may pass (4xx, no connection, a full disk) is thrown, and so is a retry.
  fieldhook::Outcome execute(const fieldhook::Contact& contact,
                             fieldhook::Context& context) override;
};

}  // namespace certificate
