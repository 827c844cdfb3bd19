#include "ingress/receiver.h"

#include <algorithm>

#include "base/digest.h"
#include "base/log.h"
#include "ingress/mask.h"
#include "ingress/verify.h"

namespace fh {
namespace {

constexpr std::string_view kDeliveryIdHeader = "X-Fieldhook-Delivery";
constexpr std::size_t kMaxSenderId = 256;

Answer refusal(int status, const std::string& reason) {
  Answer answer;
  answer.status = status;
  answer.body = to_text({{"status", "refused"}, {"reason", reason}});
  answer.close = true;
  return answer;
}

Answer unavailable(const std::string& reason) {
  Answer answer = refusal(503, reason);
  answer.headers.emplace_back("Retry-After", "5");
  return answer;
}

Answer accepted(const std::string& status, std::int64_t delivery, int jobs) {
  Answer answer;
  answer.body = "{\"status\":\"" + status + "\",\"delivery\":" + std::to_string(delivery) +
                ",\"jobs\":" + std::to_string(jobs) + "}";
  return answer;
}

// An id that the signature covers goes before one that anybody could have written.
std::string_view delivery_id(const RawRequest& request, const Verified& verified) {
  return verified.id.empty() ? request.header(kDeliveryIdHeader).value_or("") : verified.id;
}

SourceTerms terms_of(const SourceConfig& source) {
  return {source.record, source.event, &source.mapping, &source.ignore_actors};
}

bool may_match(const std::vector<ArrivedEvent>& events, const WatchIndex& watches) {
  return std::any_of(events.begin(), events.end(), [&](const ArrivedEvent& arrived) {
    return may_make_jobs(arrived.event) && watches.may_match(arrived.event);
  });
}

}  // namespace

std::string_view name_of(Reception reception) {
  switch (reception) {
    case Reception::accepted: return "accepted";
    case Reception::duplicate: return "duplicate";
    case Reception::ignored: return "ignored";
    case Reception::unauthorized: return "unauthorized";
    case Reception::unreadable: return "unreadable";
    case Reception::unavailable: return "unavailable";
  }
  return "";
}

Receiver::Receiver(const Config& config, Store& store, const Catalog& catalog, const Clock& clock)
    : config_(config), store_(store), catalog_(catalog), clock_(clock) {
  for (const SourceConfig& source : config.sources) {
    if (const auto* token = std::get_if<PathToken>(&source.verify.scheme))
      by_parent_[token->base] = &source;
    else
      by_path_[source.path] = &source;
    counters_[source.name] = std::make_unique<SourceCounters>(source.verify);
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

Answer Receiver::handle(const RawRequest& request) {
  const SourceConfig* source = find_source(request.path);
  if (source == nullptr) return refusal(404, "no source has this path");
  if (request.method != "POST") {
    Answer answer = refusal(405, "deliveries are POST requests");
    answer.headers.emplace_back("Allow", "POST");
    return answer;
  }
  if (request.body.size() > config_.ingest.max_body) return refusal(413, "the body is too large");
  try {
    return receive(*source, request);
  } catch (const BacklogFull& full) {
    log_warning("backlog_full", {{"source", source->name}, {"error", full.what()}});
    count(*source, Reception::unavailable);
    return unavailable("a queue is full");
  } catch (const std::exception& error) {
    log_error("accept_failed", {{"source", source->name}, {"error", error.what()}});
    count(*source, Reception::unavailable);
    return unavailable("the delivery could not be stored");
  }
}

Answer Receiver::receive(const SourceConfig& source, const RawRequest& request) {
  const Verdict verdict = verify(source.verify, request, clock_.now());
  if (const auto* refused = std::get_if<VerifyRefusal>(&verdict)) {
    count(source, Reception::unauthorized);
    log_debug(
        "unauthorized",
        {{"source", source.name}, {"cause", name_of(refused->cause)}, {"reason", refused->text}});
    return refusal(401, "the request is not signed by this source's sender");
  }
  const Verified& verified = std::get<Verified>(verdict);
  count_verified(source, verified.secret);
  StrictJson body = parse_strict(request.body);
  if (body.refusal) {
    count(source, Reception::unreadable);
    return refusal(400, "the body cannot be read: " + body.refusal->reason);
  }
  Arrival arrival;
  arrival.source = &source;
  arrival.secret = verified.secret;
  arrival.head = masked_head(request, source.verify);
  arrival.body = request.body;
  arrival.body_hash = bytes_of(sha256(request.body));
  arrival.sender_id = delivery_id(request, verified).substr(0, kMaxSenderId);
  SenderReading reading = find_sender(source.sender)(std::move(body.value), terms_of(source));
  arrival.unmapped = std::move(reading.unmapped);
  arrival.ignored = std::move(reading.ignored);
  for (Event& event : reading.events) arrival.events.emplace_back(std::move(event));
  return store_arrival(source, std::move(arrival));
}

Answer Receiver::store_arrival(const SourceConfig& source, Arrival arrival) {
  arrival.delivery = store_.new_delivery_id();
  const std::int64_t id = arrival.delivery;
  counters_.at(source.name)->last_delivery_ms = to_ms(clock_.now());
  if (!arrival.unmapped.empty())
    log_warning("unmapped",
                {{"source", source.name}, {"delivery", id}, {"reason", arrival.unmapped}});
  if (!may_match(arrival.events, *catalog_.watches())) {
    // Nothing to wait for: no watch can be met, whatever the store knows.
    store_.write_later("ignored delivery", [this, arrival = std::move(arrival)](Transaction& tx) {
      accept(tx, arrival, catalog_);
    });
    count(source, Reception::ignored);
    return accepted("ignored", id, 0);
  }
  const Acceptance result =
      store_.write([&](Transaction& tx) { return accept(tx, arrival, catalog_); });
  count(source, result.status == "accepted"    ? Reception::accepted
                : result.status == "duplicate" ? Reception::duplicate
                                               : Reception::ignored);
  log_debug("delivery", {{"delivery", id}, {"source", source.name}, {"status", result.status}});
  return accepted(result.status, id, result.jobs);
}

}  // namespace fh
