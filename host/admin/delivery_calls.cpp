#include "admin/delivery_calls.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include "admin/view_json.h"
#include "base/log.h"

namespace fh {
namespace {

constexpr int kPage = 200;
constexpr std::size_t kMostProblems = 20;

// The query's source, which the configuration or a stored delivery must have. Throws BadQuery.
std::string source_of(const Call& call, const ApiParts& parts) {
  std::string name = text_of(call, "source");
  const bool known = name.empty() || parts.config.find_source(name) != nullptr;
  if (!known && !Views(parts.store.reader()).knows_source(name))
    throw BadQuery{"there is no source \"" + name + "\", and no delivery of one"};
  return name;
}

std::string status_of(const Call& call) {
  std::string status = text_of(call, "status");
  if (!status.empty() && !delivery_status_from(status))
    throw BadQuery{"status=" + status + " is none of accepted, duplicate and ignored"};
  return status;
}

Replay order_of(const Call& call, const Catalog& catalog) {
  Replay order{text_of(call, "plugin"), flag_of(call, "dry_run")};
  if (!order.plugin.empty() && !catalog.find(order.plugin))
    throw BadQuery{"there is no plugin \"" + order.plugin + "\""};
  return order;
}

std::optional<TimePoint> time_of(const Call& call, const std::string& key) {
  const std::string text = text_of(call, key);
  if (text.empty()) return std::nullopt;
  const auto at = parse_rfc3339(text);
  if (!at) throw BadQuery{key + "=" + text + " is no time as 2026-06-24T10:15:30Z"};
  return at;
}

DeliveryFilter filter_of(const Call& call, const ApiParts& parts) {
  DeliveryFilter filter;
  filter.source = source_of(call, parts);
  filter.status = status_of(call);
  filter.reason = text_of(call, "reason");
  filter.since = time_of(call, "since");
  filter.until = time_of(call, "until");
  return filter;
}

Answer no_such_delivery(std::int64_t id) {
  return problem(404, "not found", "there is no delivery " + std::to_string(id));
}

// What happened to many, with the first few things that went wrong.
class Problems {
 public:
  void add(Json where, const std::string& what) {
    if (++count_ > kMostProblems) return;
    where["problem"] = what;
    list_.push_back(std::move(where));
  }
  std::int64_t count() const { return static_cast<std::int64_t>(count_); }
  const Json& list() const { return list_; }

 private:
  std::size_t count_ = 0;
  Json list_ = Json::array();
};

}  // namespace

Answer DeliveryCalls::list(const Call& call) {
  refuse_unknown(call, {"source", "status", "reason", "since", "until", "limit"});
  DeliveryFilter filter = filter_of(call, p_);
  filter.limit = static_cast<int>(limit_of(call, 50, kMaxListed));
  Json list = Json::array();
  for (const DeliveryView& delivery : Views(p_.store.reader()).deliveries(filter)) {
    Json json = to_json(delivery);
    json["jobs"] = delivery.jobs;
    list.push_back(std::move(json));
  }
  return json_answer(list);
}

Answer DeliveryCalls::show(std::int64_t id) {
  Views views(p_.store.reader());
  const auto found = views.delivery(id);
  if (!found) return no_such_delivery(id);
  Json json = to_json(*found);
  json["head"] = Json::parse(found->head);
  json["body"] = found->body;
  json["events"] = Json::array();
  for (const EventView& event : views.events_of(id)) json["events"].push_back(to_json(event));
  json["jobs"] = Json::array();
  JobFilter filter;
  filter.delivery = id;
  filter.limit = kMaxListed;
  for (const JobView& job : views.jobs(filter)) json["jobs"].push_back(job.id);
  return json_answer(json);
}

Answer DeliveryCalls::explain(std::int64_t id) {
  Views views(p_.store.reader());
  const auto found = views.delivery(id);
  if (!found) return no_such_delivery(id);
  Json json = to_json(*found);
  json["jobs"] = found->jobs;
  try {
    json.update(deliveries_.explain({*found, views.events_of(id), views.plugins_by_event(id)}));
  } catch (const NotReadable& error) {
    json["unmapped"] = error.what();
  }
  return json_answer(json);
}

Answer DeliveryCalls::replay(std::int64_t id, const Call& call) {
  refuse_unknown(call, {"plugin", "dry_run"});
  const Replay order = order_of(call, p_.catalog);
  const auto found = Views(p_.store.reader()).delivery(id);
  if (!found) return no_such_delivery(id);
  try {
    const std::vector<std::string> plugins = deliveries_.replay(*found, order);
    if (!order.dry_run)
      log_info("delivery_replayed",
               {{"delivery", id}, {"jobs", static_cast<int>(plugins.size())}, {"who", call.who}});
    return json_answer({{"delivery", id},
                        {"dry_run", order.dry_run},
                        {"jobs", plugins.size()},
                        {"plugins", plugins}});
  } catch (const NotReadable& error) {
    return problem(409, "cannot be read", error.what());
  } catch (const BacklogFull& error) {
    return problem(503, "queue full", error.what());
  }
}

Answer DeliveryCalls::replay_all(const Call& call) {
  refuse_unknown(call, {"source", "status", "reason", "since", "until", "plugin", "dry_run"});
  DeliveryFilter filter = filter_of(call, p_);
  if (filter.source.empty() && filter.status.empty() && filter.reason.empty() && !filter.since)
    throw BadQuery{"say which deliveries: source, status, reason or since"};
  const Replay order = order_of(call, p_.catalog);
  filter.limit = kPage;
  filter.oldest_first = true;
  // What arrives from here on is not replayed: a replay must end.
  filter.last = Views(p_.store.reader()).last_delivery();
  std::int64_t matched = 0;
  std::int64_t jobs = 0;
  Problems problems;
  while (true) {
    const auto page = Views(p_.store.reader()).deliveries(filter);
    for (const DeliveryView& listed : page) {
      if (p_.supervisor.draining())
        return stopping(std::to_string(matched) + " deliveries were replayed, those before " +
                        std::to_string(listed.id) + " of " + rfc3339(listed.received_at));
      filter.after = listed.id;
      ++matched;
      try {
        const auto whole = Views(p_.store.reader()).delivery(listed.id);
        if (whole) jobs += static_cast<std::int64_t>(deliveries_.replay(*whole, order).size());
      } catch (const HostError& error) {
        problems.add({{"delivery", listed.id}}, error.what());
      }
    }
    if (page.size() < kPage) break;
  }
  if (!order.dry_run)
    log_info("deliveries_replayed", {{"matched", matched}, {"jobs", jobs}, {"who", call.who}});
  return json_answer({{"matched", matched},
                      {"jobs", jobs},
                      {"dry_run", order.dry_run},
                      {"failed", problems.count()},
                      {"problems", problems.list()}});
}

Answer DeliveryCalls::refused(const Call& call) {
  refuse_unknown(call, {"source", "limit"});
  auto refused = p_.receiver.refused(source_of(call, p_));
  constexpr std::int64_t kAny = std::numeric_limits<int>::max();
  refused.resize(std::min(refused.size(), static_cast<std::size_t>(limit_of(call, kAny, kAny))));
  Json list = Json::array();
  for (const RefusedRequest& one : refused)
    list.push_back({{"at", rfc3339(one.at)},
                    {"source", one.source},
                    {"status", one.status},
                    {"cause", one.cause},
                    {"text", one.text},
                    {"remote_address", one.remote_address},
                    {"body_bytes", one.body_bytes},
                    {"head", Json::parse(one.head)}});
  return json_answer(list);
}

Answer DeliveryCalls::import(const Call& call) {
  refuse_unknown(call, {"source", "type", "cells", "as_of", "dry_run"});
  const std::string name = text_of(call, "source");
  const SourceConfig* source = p_.config.find_source(name);
  if (source == nullptr) return problem(404, "not found", "there is no source \"" + name + "\"");
  Import order{{}, flag_of(call, "dry_run")};
  const auto as_of = time_of(call, "as_of");
  try {
    order.terms = Deliveries::import_terms(*source, text_of(call, "type"), flag_of(call, "cells"));
    order.terms.as_of = as_of;
  } catch (const NotReadable& error) {
    return problem(400, "cannot be imported", error.what());
  }
  std::map<std::string_view, std::int64_t> counts{{name_of(DeliveryStatus::accepted), 0},
                                                  {name_of(DeliveryStatus::duplicate), 0},
                                                  {name_of(DeliveryStatus::ignored), 0}};
  std::map<std::string, std::int64_t> reasons;  // of those that were ignored
  std::int64_t jobs = 0;
  Problems problems;
  std::istringstream lines(call.body);
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    if (p_.supervisor.draining())
      return stopping(std::to_string(number) + " records of the batch were imported");
    ++number;
    if (line.empty()) continue;
    try {
      const Acceptance acceptance = deliveries_.import(*source, line, order);
      ++counts[name_of(acceptance.status)];
      // "no_match: email" and "no_match: phone" are one.
      if (acceptance.status == DeliveryStatus::ignored)
        ++reasons[acceptance.reason.substr(0, acceptance.reason.find(':'))];
      jobs += acceptance.jobs;
    } catch (const std::exception& error) {  // whatever it is, the others are not to suffer from it
      problems.add({{"line", number}}, error.what());
    }
  }
  if (!order.dry_run) log_info("imported", {{"source", name}, {"jobs", jobs}, {"who", call.who}});
  Json json(counts);
  json["reasons"] = reasons;
  json["jobs"] = jobs;
  json["dry_run"] = order.dry_run;
  json["failed"] = problems.count();
  json["problems"] = problems.list();
  return json_answer(json);
}

}  // namespace fh
