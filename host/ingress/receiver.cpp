#include "ingress/receiver.h"

#include <algorithm>
#include <charconv>
#include <future>

#include "base/digest.h"
#include "base/json_depth.h"
#include "base/log.h"
#include "ingress/mask.h"
#include "ingress/read_delivery.h"
#include "ingress/verify.h"

namespace fh {
namespace {

constexpr std::string_view kDeliveryIdHeader = "X-Fieldhook-Delivery";
constexpr std::size_t kMaxSenderId = 256;

Answer unavailable(const std::string& reason) {
  Answer answer = refusal(503, reason);
  answer.headers.emplace_back("Retry-After", "5");
  return answer;
}

Answer accepted(DeliveryStatus status, std::int64_t delivery, int jobs) {
  Answer answer;
  answer.body = "{\"status\":\"" + std::string(name_of(status)) +
                "\",\"delivery\":" + std::to_string(delivery) +
                ",\"jobs\":" + std::to_string(jobs) + "}";
  return answer;
}

// An id that the signature covers goes before one that anybody could have written. A long one is
// kept as its hash.
std::string delivery_id(const RawRequest& request, const Verified& verified) {
  const std::string_view id =
      verified.id.empty() ? request.header(kDeliveryIdHeader).value_or("") : verified.id;
  return id.size() <= kMaxSenderId ? std::string(id) : to_hex(sha256(id));
}

// A length that the parser has taken: digits, and not many.
std::uint64_t number_in(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// Why the body cannot be read. A depth below the reader's own is looked for first.
std::optional<JsonRefusal> refusal_of(const SourceConfig& source, const std::string& body) {
  if (source.max_depth < kMaxJsonDepth)
    if (const auto at = deeper_than(source.max_depth, body))
      return JsonRefusal{"nested deeper than " + std::to_string(source.max_depth) +
                             " levels, the most of this source",
                         *at};
  return check_strict(body);
}

bool can_use_ed25519(const VerifyConfig& verify) {
  const auto* scheme = std::get_if<SignatureTemplate>(&verify.scheme);
  return scheme != nullptr && (scheme->algorithm == SignatureTemplate::Algorithm::ed25519 ||
                               !scheme->ed25519_label.empty());
}

// One that does not change the body, or none.
bool is_as_it_is(const RawRequest& head) {
  const auto encodings = head.header_values("Content-Encoding");
  return encodings.empty() ||
         (encodings.size() == 1 && equal_ignoring_case(encodings[0], "identity"));
}

// What the front end refuses for itself.
std::pair<Reception, const char*> kind_of(int status) {
  switch (status) {
    case 408: return {Reception::malformed, "too_slow"};
    case 413: return {Reception::malformed, "too_large"};
    case 429: return {Reception::limited, "client_limit"};
    case 431: return {Reception::malformed, "head_too_large"};
    case 503: return {Reception::unavailable, "in_flight_full"};
    default: return {Reception::malformed, "framing"};
  }
}

bool may_match(const std::vector<ArrivedEvent>& events, const WatchIndex& watches) {
  return std::any_of(events.begin(), events.end(), [&](const ArrivedEvent& arrived) {
    return arrived.event.set_aside.empty() && watches.may_match(arrived.event);
  });
}

}  // namespace

Receiver::Receiver(const Config& config, Store& store, const Catalog& catalog, const Clock& clock,
                   const DiskWatch& disk, const SecretWatch& secrets)
    : config_(config),
      store_(store),
      catalog_(catalog),
      clock_(clock),
      disk_(disk),
      secrets_(secrets),
      started_at_(clock.now()) {
  for (const SourceConfig& source : config.sources) {
    if (const auto* token = std::get_if<PathToken>(&source.verify.scheme))
      by_parent_[token->base] = &source;
    else
      by_path_[source.path] = &source;
    if (const auto* token = std::get_if<HeaderToken>(&source.verify.scheme))
      token_headers_.push_back(token->header);
    counters_[source.name] = std::make_unique<SourceCounters>(source.verify);
    gates_[source.name] = std::make_unique<RateGate>(source.rate_limit);
  }
}

const SourceConfig* Receiver::find_source(std::string_view path) const {
  if (const auto exact = by_path_.find(path); exact != by_path_.end()) return exact->second;
  const auto parent = by_parent_.find(path.substr(0, path.rfind('/')));
  return parent == by_parent_.end() ? nullptr : parent->second;
}

void Receiver::count(const SourceConfig& source, Reception reception) {
  SourceCounters& counters = *counters_.at(source.name);
  counters.receptions[static_cast<std::size_t>(reception)].fetch_add(1);
}

void Receiver::count_verified(const SourceConfig& source, const std::string& secret) {
  auto& verified = counters_.at(source.name)->verified;
  if (const auto counter = verified.find(secret); counter != verified.end())
    counter->second.fetch_add(1);
}

bool Receiver::is_slow_to_verify(std::string_view path) const {
  const SourceConfig* source = find_source(path);
  if (source == nullptr || !can_use_ed25519(source->verify)) return false;
  const SecretWatch::Verify verify = verify_of(source->name);
  return std::any_of(verify->secrets.begin(), verify->secrets.end(),
                     [](const Secret& secret) { return secret.public_key; });
}

std::size_t Receiver::max_head(std::string_view path) const {
  const SourceConfig* source = find_source(path);
  return source == nullptr ? config_.ingest.max_head : source->max_head;
}

HeadVerdict Receiver::judge_head(const RawRequest& head) {
  const SourceConfig* source = find_source(head.path);
  if (source == nullptr) return {refusal(404, "no source has this path")};
  if (source->retired) return {refuse_retired(*source, head)};
  if (auto refused = refuse_head(*source, head)) return {std::move(refused)};
  return {std::nullopt, source->max_body};
}

void Receiver::note_refused(const RawRequest& head, const Answer& answer,
                            const std::string& reason) {
  const SourceConfig* source = find_source(head.path);
  if (source == nullptr) return;
  const auto [reception, cause] = kind_of(answer.status);
  count(*source, reception);
  refuse(*source, head, answer, cause, reason);
}

std::optional<Answer> Receiver::refuse_head(const SourceConfig& source, const RawRequest& head) {
  Answer answer;
  std::string cause;
  std::string why;
  const auto length = head.header("Content-Length");
  if (head.method != "POST") {
    answer = refusal(405, why = "deliveries are POST requests");
    answer.headers.emplace_back("Allow", "POST");
    cause = "method";
  } else if (!length && !head.header("Transfer-Encoding")) {
    answer = refusal(411, why = "the request has no Content-Length");
    cause = "no_length";
  } else if (!is_as_it_is(head)) {
    answer = refusal(415, why = "the body must come as it is, without a Content-Encoding");
    cause = "encoding";
  } else if (length && number_in(*length) > source.max_body) {
    why = "the body is larger than " + std::to_string(source.max_body) + " bytes";
    answer = refusal(413, why);
    cause = "too_large";
  } else {
    return std::nullopt;
  }
  count(source, Reception::malformed);
  return refuse(source, head, std::move(answer), cause, why);
}

Answer Receiver::handle(const RawRequest& request) {
  std::promise<Answer> answered;
  handle(request, [&](const Answer& answer) { answered.set_value(answer); });
  return answered.get_future().get();
}

void Receiver::handle(RawRequest request, Respond respond) {
  const SourceConfig* source = find_source(request.path);
  if (source == nullptr) return respond(refusal(404, "no source has this path"));
  std::optional<Answer> answer;
  if (source->retired) return respond(refuse_retired(*source, request));
  try {
    answer = receive(*source, request, respond);
  } catch (const std::exception& error) {
    answer =
        refuse(*source, request, answer_to_failure(*source, error), "not_stored", error.what());
  }
  if (answer) respond(*answer);
}

// The answer, unless the store will give it.
std::optional<Answer> Receiver::receive(const SourceConfig& source, RawRequest& request,
                                        const Respond& respond) {
  if (request.body.size() > source.max_body) {
    count(source, Reception::malformed);
    const char* why = "the body is too large";
    return refuse(source, request, refusal(413, why), "too_large", why);
  }
  const SecretWatch::Verify secrets = verify_of(source.name);
  const TimePoint now = clock_.now();
  const Verdict verdict = verify(*secrets, request, now);
  if (const auto* refused = std::get_if<VerifyRefusal>(&verdict))
    return refuse_unverified(source, request, *refused, secrets->lacks(now));
  if (const auto wait = gates_.at(source.name)->enter(std::chrono::steady_clock::now())) {
    count(source, Reception::limited);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    Answer answer = refusal(429, "more deliveries than this source may send");
    answer.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
    return refuse(source, request, std::move(answer), "rate_limit", "over the source's rate_limit");
  }
  if (disk_.low()) {
    count(source, Reception::unavailable);
    const char* why = "the store's disk is nearly full";
    return refuse(source, request, unavailable(why), "disk_low", why);
  }
  const Verified& verified = std::get<Verified>(verdict);
  count_verified(source, verified.secret);
  if (const auto why = refusal_of(source, request.body)) {
    count(source, Reception::unreadable);
    return refuse(source, request, refusal(400, "the body cannot be read: " + why->reason),
                  "unreadable", why->reason);
  }
  Arrival arrival;
  arrival.source = &source;
  arrival.secret = verified.secret;
  arrival.head = masked_head(request, *secrets);
  arrival.body_hash = bytes_of(sha256(request.body));
  arrival.body = std::move(request.body);
  arrival.sender_id = delivery_id(request, verified);
  if (source.capture)
    arrival.ignored = "capture";
  else
    read_events(arrival, Storing::now);
  return store_arrival(source, std::move(arrival), request.remote_address, respond);
}

// As much as may be in flight. A disk that does not keep up is then waited for by the senders, and
// not in memory.
bool Receiver::has_room_for(std::size_t bytes) {
  if (unwritten_->fetch_add(bytes) + bytes <= config_.ingest.max_in_flight) return true;
  *unwritten_ -= bytes;
  return false;
}

std::optional<Answer> Receiver::store_arrival(const SourceConfig& source, Arrival arrival,
                                              const std::string& remote_address,
                                              const Respond& respond) {
  arrival.delivery = store_.new_delivery_id();
  const std::int64_t id = arrival.delivery;
  counters_.at(source.name)->last_delivery_ms = to_ms(clock_.now());
  if (!arrival.unmapped.empty()) tell_unmapped(source, arrival);
  auto watches = catalog_.watches();
  const bool waits = may_match(arrival.events, *watches);
  if (!waits) arrival.unmet = std::move(watches);
  const std::size_t size = arrival.body.size() + arrival.head.size();
  // Nothing to wait for: no watch can be met, whatever the store knows.
  const bool at_once = !waits && has_room_for(size);
  const std::shared_ptr<const Arrival> shared(
      new Arrival(std::move(arrival)),
      [size, at_once, unwritten = unwritten_](const Arrival* written) {
        delete written;
        if (at_once) *unwritten -= size;
      });
  if (at_once) {
    store_.write_later("ignored delivery",
                       [this, shared](Transaction& tx) { accept(tx, *shared, catalog_); });
    count(source, Reception::ignored);
    return accepted(DeliveryStatus::ignored, id, 0);
  }
  const auto result = std::make_shared<Acceptance>();
  store_.write_then(
      [this, shared, result](Transaction& tx) { *result = accept(tx, *shared, catalog_); },
      [this, &source, id, shared, remote_address, result,
       respond](const std::exception_ptr& failure) {
        respond(failure ? answer_to_unstored(*shared, remote_address, failure)
                        : answer_to(source, id, *result));
      });
  return std::nullopt;
}

// Where nobody proves who he is, anybody could fill the log.
void Receiver::tell_unmapped(const SourceConfig& source, const Arrival& arrival) {
  SourceCounters& counters = *counters_.at(source.name);
  ++counters.untold_unmapped;
  if (counters.unmapped_lines.enter(std::chrono::steady_clock::now())) return;
  log_warning("unmapped", {{"source", source.name},
                           {"delivery", arrival.delivery},
                           {"times", counters.untold_unmapped.exchange(0)},
                           {"reason", arrival.unmapped}});
}

Answer Receiver::answer_to_failure(const SourceConfig& source, const std::exception& error) {
  count(source, Reception::unavailable);
  log_error("accept_failed", {{"source", source.name}, {"error", error.what()}});
  return unavailable("the delivery could not be stored");
}

Answer Receiver::answer_to_unstored(const Arrival& arrival, const std::string& remote_address,
                                    const std::exception_ptr& failure) {
  const SourceConfig& source = *arrival.source;
  const auto list = [&](const char* cause, const char* text) {
    refused_.add({clock_.now(), source.name, 503, cause, text, remote_address, arrival.head,
                  arrival.body.size()});
  };
  try {
    std::rethrow_exception(failure);
  } catch (const BacklogFull& full) {
    count(source, Reception::unavailable);
    full_backlogs_.note(source.name, full, catalog_, clock_.steady());
    list("backlog_full", full.what());
    return unavailable("a queue is full");
  } catch (const std::exception& error) {
    list("not_stored", error.what());
    return answer_to_failure(source, error);
  }
}

Answer Receiver::answer_to(const SourceConfig& source, std::int64_t delivery,
                           const Acceptance& acceptance) {
  count(source, reception_of(acceptance.status));
  log_debug(
      "delivery",
      {{"delivery", delivery}, {"source", source.name}, {"status", name_of(acceptance.status)}});
  return accepted(acceptance.status, delivery, acceptance.jobs);
}

// The refusal, noted for operators. Without the head where the source is retired: what in there is
// a credential, such a one need not say any more.
Answer Receiver::refuse(const SourceConfig& source, const RawRequest& request, Answer answer,
                        const std::string& cause, const std::string& text) {
  std::string head = "[]";
  if (!source.retired)
    head = masked_head(request, *verify_of(source.name), RefusedList::kMostHead, token_headers_);
  refused_.add({clock_.now(), source.name, answer.status, cause, text, request.remote_address,
                std::move(head), request.body.size()});
  return answer;
}

// A signature or token that is none of the secrets there are may be of the one that is lacking:
// then the fault may be ours.
Answer Receiver::refuse_unverified(const SourceConfig& source, const RawRequest& request,
                                   const VerifyRefusal& refused, const Secret* lacking) {
  if (lacking != nullptr && refused.cause == RefusalCause::mismatch) {
    count(source, Reception::unavailable);
    return refuse(source, request, unavailable("the source's secret is not there yet"),
                  "secret_unusable",
                  "secret \"" + lacking->name + "\" cannot be used: " + lacking->unusable);
  }
  count(source, Reception::unauthorized);
  ++counters_.at(source.name)->unauthorized[static_cast<std::size_t>(refused.cause)];
  log_debug("unauthorized",
            {{"source", source.name}, {"cause", name_of(refused.cause)}, {"reason", refused.text}});
  return refuse(source, request, refusal(401, "the request is not signed by this source's sender"),
                std::string(name_of(refused.cause)), refused.text);
}

Answer Receiver::refuse_retired(const SourceConfig& source, const RawRequest& request) {
  count(source, Reception::retired);
  return refuse(source, request, refusal(410, "this source is retired: send nothing more"),
                "retired", "the source is retired");
}

void Receiver::look_for_silence(TimePoint now) {
  for (const SourceConfig& source : config_.sources) {
    if (!source.expect_every || source.retired) continue;
    SourceCounters& counters = *counters_.at(source.name);
    const std::int64_t last_ms = counters.last_delivery_ms;
    const TimePoint last = last_ms == 0 ? started_at_ : from_ms(last_ms);
    const bool silent = now - last > *source.expect_every;
    if (counters.silent.exchange(silent) == silent) continue;
    if (silent)
      log_warning("source_silent", {{"source", source.name},
                                    {"last_delivery_at", last_ms == 0 ? "never" : rfc3339(last)}});
    else
      log_info("source_heard", {{"source", source.name}});
  }
}

}  // namespace fh
