#include "senders/sender_profile.h"

#include "senders/insites.h"

namespace fh {

SenderProfile find_sender(std::string_view name) {
  if (name == "insites") return read_insites;
  return nullptr;
}

const std::vector<std::string>& known_senders() {
  static const std::vector<std::string> kNames = {"insites"};
  return kNames;
}

}  // namespace fh
