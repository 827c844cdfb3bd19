#include <iostream>

#include "base/digest.h"
#include "cli/chosen_source.h"
#include "cli/command.h"
#include "cli/config_path.h"
#include "cli/file_text.h"
#include "cli/http_call.h"
#include "cli/shown.h"
#include "cli/table.h"
#include "config/config.h"
#include "config/secret_key.h"
#include "ingress/sign.h"

namespace fh {
namespace {

// Where to post, and whom to believe there.
struct Ingest {
  std::string url;
  TlsTrust trust;
};

// The configuration's own server is known by its very certificate, since on this machine it is
// called by another name than the senders'.
TlsTrust trust_of(const Arguments& arguments, const std::optional<TlsConfig>& own) {
  if (arguments.has("ca") && arguments.has("insecure"))
    throw UsageError("--ca says whom to believe, --insecure to believe anybody: give one of them");
  TlsTrust trust;
  trust.authorities = arguments.option("ca").value_or("");
  trust.anybody = arguments.has("insecure");
  if (own && trust.authorities.empty() && !trust.anybody) trust.certificate = own->certificate;
  return trust;
}

// A server that listens on every address is asked on this machine's own.
Ingest ingest_of(const Config& config, const Arguments& arguments) {
  if (const auto url = arguments.option("ingest-url"))
    return {*url, trust_of(arguments, std::nullopt)};
  ListenAddress address = config.ingest.listen;
  if (address.port == 0)
    throw UsageError("ingest.listen has port 0, so the host picks its port: give --ingest-url");
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return {(config.ingest.tls ? "https://" : "http://") + address.text(),
          trust_of(arguments, config.ingest.tls)};
}

// What a sender would call a delivery of its own.
std::string new_id() {
  constexpr std::size_t kBytes = 12;
  return "msg_" + to_hex(random_bytes(kBytes));
}

RawRequest make_request(const SourceConfig& source, const Arguments& arguments, TimePoint now) {
  RawRequest request;
  request.path = source.path;
  request.body = file_text(arguments.words.front());
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "fieldhook-send"}};
  if (const auto id = arguments.option("id")) {
    if (id->empty() || printable(*id) != *id) throw UsageError("--id must be a text in one line");
    request.headers.emplace_back("X-Fieldhook-Delivery", *id);
  }
  sign(source.verify, request, {now, arguments.option("id").value_or(new_id())});
  return request;
}

std::string accepted_text(const Json& answer) {
  const std::string reason = cell(answer, "reason");
  const Json jobs = answer.value("jobs", Json(0));
  return cell(answer, "status") + ": delivery " + cell(answer, "delivery") + ", " +
         counted(jobs.is_number_integer() ? jobs.get<std::int64_t>() : 0, "job") +
         (reason.empty() ? "" : " (" + reason + ")") + "\n";
}

std::string refused_text(int status, const Json& answer) {
  return "refused: the host answered " + std::to_string(status) + ": " + cell(answer, "reason") +
         "\n";
}

}  // namespace

int run_send(const Arguments& arguments) {
  const Config config = load_config(config_path(arguments), {.read_secrets = false});
  SourceConfig source = chosen_source(config, arguments);
  const Ingest ingest = ingest_of(config, arguments);
  const TimePoint now = SystemClock().now();
  read_signing_secret(source.verify, now);
  const RawRequest request = make_request(source, arguments, now);

  const std::string query = request.query.empty() ? "" : "?" + request.query;
  HttpCall call{request.method, ingest.url, request.path + query, request.headers, request.body};
  call.trust = ingest.trust;
  const HttpReply reply = perform(call);
  const Json answer = json_of(reply);
  const bool accepted = reply.status == 200;
  // What stands before the host, or the admin port, refuses in another form.
  const bool is_ingest = accepted ? answer.is_object() && answer.contains("delivery")
                                  : cell(answer, "status") == "refused";
  if (!is_ingest)
    throw Unreachable(ingest.url + " answered " + std::to_string(reply.status) +
                      ", but not as a host of fieldhook does (is this its ingest address?)");
  if (arguments.has("json"))
    std::cout << to_text(answer, 2) << "\n";
  else if (accepted)
    std::cout << accepted_text(answer);
  else
    std::cerr << refused_text(reply.status, answer);
  return accepted ? kDone : kFailed;
}

}  // namespace fh
