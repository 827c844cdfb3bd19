#include "issue-certificate/settings.h"

#include <Poco/Net/IPAddress.h>

#include <set>

#include "issue-certificate/mail.h"
#include "issue-certificate/plain_line.h"

namespace certificate {
namespace {

using nlohmann::json;

// Takes the keys of one object, one by one, and knows afterwards which were not asked for.
class Reader {
 public:
  Reader(const json& object, std::string prefix, std::vector<std::string>& mistakes)
      : object_(object), prefix_(std::move(prefix)), mistakes_(mistakes) {}

  const json* find(const std::string& key) {
    known_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  /// As it stands: what names a thing of the system's.
  void name(const std::string& key, std::string& value) {
    const json* found = find(key);
    if (found == nullptr) return;
    if (!found->is_string() || found->get_ref<const std::string&>().empty())
      return wrong(key, "must be a text that is not empty");
    value = found->get_ref<const std::string&>();
  }

  /// To be printed.
  void text(const std::string& key, std::string& value) {
    name(key, value);
    value = plain_line(value);
  }

  void address(const std::string& key, std::string& value) {
    text(key, value);
    if (find(key) != nullptr && !is_mail_address(value))
      wrong(key, "must be an e-mail address, like name@example.com");
  }

  void flag(const std::string& key, bool& value) {
    const json* found = find(key);
    if (found == nullptr) return;
    if (!found->is_boolean()) return wrong(key, "must be true or false");
    value = found->get<bool>();
  }

  int number(const std::string& key, int fallback, int max) {
    const json* found = find(key);
    if (found == nullptr) return fallback;
    if (found->is_number_integer() && *found >= 1 && *found <= max) return found->get<int>();
    wrong(key, "must be a whole number from 1 to " + std::to_string(max));
    return fallback;
  }

  void wrong(const std::string& key, const std::string& rule) {
    mistakes_.push_back("setting " + prefix_ + key + ' ' + rule);
  }

  void refuse_unknown() {
    for (const auto& [key, value] : object_.items())
      if (!known_.contains(key)) wrong(key, "is not known");
  }

 private:
  const json& object_;
  const std::string prefix_;
  std::vector<std::string>& mistakes_;
  std::set<std::string> known_;
};

bool is_this_machine(const std::string& host) {
  Poco::Net::IPAddress address;
  return host == "localhost" ||
         (Poco::Net::IPAddress::tryParse(host, address) && address.isLoopback());
}

SmtpSettings read_smtp(Reader& reader) {
  SmtpSettings smtp;
  reader.text("host", smtp.host);
  if (reader.find("host") == nullptr) reader.wrong("host", "is missing");
  smtp.port = static_cast<std::uint16_t>(reader.number("port", smtp.port, 65535));
  reader.flag("starttls", smtp.starttls);
  reader.name("user", smtp.user);
  reader.address("from", smtp.from);
  reader.name("ca_file", smtp.ca_file);
  smtp.timeout =
      std::chrono::seconds(reader.number("timeout_s", static_cast<int>(smtp.timeout.count()), 600));
  if (!smtp.starttls && !smtp.user.empty() && !is_this_machine(smtp.host))
    reader.wrong(
        "starttls",
        "must be true when user is set: the password would cross the network in the clear");
  reader.refuse_unknown();
  return smtp;
}

}  // namespace

SettingsReading read_settings(const json& given) {
  SettingsReading reading;
  auto& [value, mistakes] = reading;
  if (!given.is_object()) {
    mistakes.push_back("the settings must be an object");
    return reading;
  }
  Reader reader(given, "", mistakes);
  value.level = reader.number("level", value.level, 99);
  reader.text("title", value.title);
  reader.text("organisation", value.organisation);
  reader.text("subject", value.subject);
  std::string outbox;
  reader.name("outbox", outbox);
  value.outbox = outbox;
  const json* smtp = reader.find("smtp");
  if (smtp != nullptr && !smtp->is_object()) {
    reader.wrong("smtp", "must be an object with at least host and from");
  } else if (smtp != nullptr) {
    Reader part(*smtp, "smtp.", mistakes);
    value.smtp = read_smtp(part);
  } else if (reader.find("outbox") == nullptr) {
    reader.wrong("outbox", "is missing: name a folder for the mails, or a server in smtp");
  }
  if (value.smtp && !value.smtp->from.empty()) value.from = value.smtp->from;
  reader.address("from", value.from);
  if (value.smtp && value.smtp->from.empty()) {
    if (reader.find("from") == nullptr)
      reader.wrong("from", "is missing: mail over smtp needs a sender");
    value.smtp->from = value.from;
  }
  reader.refuse_unknown();
  return reading;
}

}  // namespace certificate
