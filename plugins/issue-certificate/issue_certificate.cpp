#include "issue-certificate/issue_certificate.h"

#include <fstream>
#include <iterator>

#include "issue-certificate/certificate_key.h"
#include "issue-certificate/certificate_pdf.h"
#include "issue-certificate/event_time.h"
#include "issue-certificate/mail.h"
#include "issue-certificate/outbox.h"
#include "issue-certificate/plain_line.h"
#include "issue-certificate/settings.h"
#include "issue-certificate/smtp.h"

namespace certificate {
namespace {

using fieldhook::Contact;
using fieldhook::Context;
using fieldhook::Json;
using fieldhook::Outcome;

// Trying again would end the same; the text says what a person has to change first.
class Hopeless : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Order {
  Settings settings;
  std::string address;
  std::string stem;  // names the files and the mail
  CertificateText text;
};

std::string field(const Contact& contact, std::string_view name) {
  return plain_line(contact.get<std::string>(name).value_or(""));
}

std::string name_of(const Contact& contact) {
  const std::string parts =
      plain_line(field(contact, "first_name") + ' ' + field(contact, "last_name"));
  for (const std::string& name : {field(contact, "name"), parts})
    if (!name.empty()) return name;
  return field(contact, "email");
}

std::string address_of(const Contact& contact) {
  const std::string address = field(contact, "email");
  if (address.empty()) throw Hopeless("contact " + contact.id() + " has no email");
  if (!is_mail_address(address))
    throw Hopeless("contact " + contact.id() + " has an email that no mail can go to: \"" +
                   address + '"');
  return address;
}

std::chrono::sys_seconds time_of(const Context& context) {
  for (const auto& [json, key] :
       {std::pair(&context.event(), "occurred_at"), {&context.delivery(), "received_at"}}) {
    const auto found = json->find(key);
    if (found == json->end() || !found->is_string()) continue;
    if (const auto time = read_time(found->get<std::string>())) return *time;
  }
  throw Hopeless(
      "neither the event's occurred_at nor the delivery's received_at is a time to date the "
      "certificate by");
}

Settings settings_of(const Context& context) {
  SettingsReading reading = read_settings(context.settings());
  if (reading.mistakes.empty()) return std::move(reading.value);
  std::string text = "issue-certificate";
  for (const std::string& mistake : reading.mistakes)
    text += (&mistake == &reading.mistakes[0] ? ": " : "; ") + mistake;
  throw Hopeless(text);
}

Order order_for(const Contact& contact, const Context& context) {
  const Settings settings = settings_of(context);
  const std::string key = context.idempotency_key("certificate:" + std::to_string(settings.level));
  return {.settings = settings,
          .address = address_of(contact),
          .stem = stem_of(key),
          .text = {.organisation = settings.organisation,
                   .title = settings.title,
                   .name = name_of(contact),
                   .level = settings.level,
                   .number = certificate_number(key),
                   .issued_at = time_of(context)}};
}

std::string draw(const Order& order) {
  CertificatePdf pdf = draw_certificate(order.text);
  if (pdf.missing_glyphs > 0)
    throw Hopeless(
        "no installed font can print the certificate for \"" + order.text.name +
        "\": install fonts for its script (docs/issue-certificate.md), then retry the job");
  return std::move(pdf.bytes);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Draws the PDF once per job and keeps it beside the mail, if there is an outbox. A run that finds
// the kept file gone or changed draws it again from the same input, and one that finds it in
// another folder than the outbox is now puts it there.
std::string pdf_for(const Order& order, Context& context) {
  const auto& outbox = order.settings.outbox;
  const std::string name = order.stem + ".pdf";
  std::string bytes;
  const Json kept = context.step("pdf", [&] {
    bytes = draw(order);
    Json result = {{"sha256", sha256_hex(bytes)}, {"size_bytes", bytes.size()}};
    if (!outbox.empty()) result["path"] = put_file(outbox, name, bytes).string();
    return result;
  });
  if (!bytes.empty()) return bytes;
  const std::string path = kept.value("path", "");
  bytes = read_file(path);
  const bool is_kept = sha256_hex(bytes) == kept["sha256"];
  if (!is_kept) bytes = draw(order);
  if (!outbox.empty() && (!is_kept || path != outbox / name)) put_file(outbox, name, bytes);
  return bytes;
}

std::string body(const CertificateText& text) {
  std::string body =
      "Hello " + text.name + ",\n\ncongratulations: you have passed the review for level " +
      std::to_string(text.level) + ".\nYour certificate " + text.number + " is attached.\n";
  if (!text.organisation.empty()) body += '\n' + text.organisation + '\n';
  return body;
}

std::string mail_for(const Order& order, std::string pdf) {
  return to_mime({.from = {order.settings.organisation, order.settings.from},
                  .to = {order.text.name, order.address},
                  .subject = order.settings.subject,
                  .text = body(order.text),
                  .stem = order.stem,
                  .date = order.text.issued_at,
                  .attachment_name = "certificate-" + order.text.number + ".pdf",
                  .attachment = std::move(pdf)});
}

/// Where the mail went, for people to read.
std::string deliver(const Order& order, const Context& context, const std::string& mime) {
  const auto& smtp = order.settings.smtp;
  if (!smtp) return put_file(order.settings.outbox, order.stem + ".eml", mime).string();
  send_mail(*smtp, smtp->user.empty() ? "" : context.secret("smtp_password"),
            {smtp->from, order.address}, mime);
  return "smtp:" + smtp->host;
}

Outcome issue(const Contact& contact, Context& context) {
  const Order order = order_for(contact, context);
  const std::string key =
      "certificate:" + contact.key() + ':' + std::to_string(order.settings.level);
  if (context.interrupted(key))
    context.log().warning(
        "an earlier run ended while it sent this certificate: the mail may arrive twice, with the "
        "same Message-ID if that was a run of this job");
  // The PDF is drawn inside, so that a certificate that an earlier job issued leaves no second
  // file.
  Json result = context.once(key, [&]() -> Json {
    const std::string sent_to = deliver(order, context, mail_for(order, pdf_for(order, context)));
    return {{"certificate", order.text.number}, {"email", order.address}, {"mail", sent_to}};
  });
  return Outcome::done(std::move(result));
}

}  // namespace

Outcome IssueCertificate::execute(const Contact& contact, Context& context) {
  try {
    return issue(contact, context);
  } catch (const Hopeless& hopeless) {
    return Outcome::fail(hopeless.what());
  } catch (const MailRefused& refused) {
    return Outcome::fail(refused.what());
  }
}

}  // namespace certificate
