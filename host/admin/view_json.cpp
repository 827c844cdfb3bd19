#include "admin/view_json.h"

#include <algorithm>

namespace fh {
namespace {

Json time_or_null(const std::optional<TimePoint>& at) { return at ? Json(rfc3339(*at)) : Json(); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json id_or_null(std::int64_t id) { return id == 0 ? Json() : Json(id); }

// What a plugin in another language gave may be no JSON, or too deep to be written: then as text.
Json said(const std::string& text) {
  if (text.empty()) return {};
  StrictJson json = parse_strict(text);
  return json.refusal ? Json(text) : std::move(json.value);
}

// The attempt under way, or the one that completed it, or the last one charged; 0 before the first.
int attempt_of(const JobView& job) {
  const bool uncharged = job.state == "running" || job.state == "completed";
  return std::min(job.counters.attempts + (uncharged ? 1 : 0), job.counters.max_attempts);
}

}  // namespace

Json stored_json(const std::string& text) { return text.empty() ? Json() : Json::parse(text); }

Json to_json(const RecordKey& record) {
  return {{"account", record.account}, {"type", name_of(record.type)}, {"id", record.key}};
}

Json to_json(const JobView& job) {
  return {{"id", job.id},
          {"plugin", job.plugin},
          {"state", job.state},
          {"reason", text_or_null(job.reason)},
          {"attempt", attempt_of(job)},
          {"max_attempts", job.counters.max_attempts},
          {"crashes", job.counters.crashes},
          {"lost", job.counters.lost},
          {"record", to_json(job.record)},
          {"delivery", job.delivery},
          {"event", job.event},
          {"parent", id_or_null(job.parent)},
          {"matched", stored_json(job.matched)},
          {"created_at", rfc3339(job.created_at)},
          {"run_at", rfc3339(job.run_at)},
          {"started_at", time_or_null(job.started_at)},
          {"finished_at", time_or_null(job.finished_at)},
          {"build", text_or_null(job.build)}};
}

Json progress_json(const RunningJob& running) {
  return {{"percent", running.percent < 0 ? Json() : Json(running.percent)},
          {"progress", running.progress}};
}

Json to_json(const ParkedView& parked) {
  return {{"plugin", parked.plugin},
          {"record", to_json(parked.record)},
          {"jobs", parked.jobs},
          {"until", rfc3339(parked.until)},
          {"reason", parked.reason}};
}

Json to_json(const RunView& run) {
  return {{"run", run.run},
          {"lease", run.lease},
          {"build", run.build},
          {"outcome", text_or_null(run.outcome)},
          {"error", text_or_null(run.error)},
          {"result", said(run.result)},
          {"started_at", rfc3339(run.started_at)},
          {"ended_at", time_or_null(run.ended_at)}};
}

Json to_json(const Action& action) {
  return {{"at", rfc3339(action.at)}, {"who", action.who}, {"action", action.action}};
}

Json to_json(const DeliveryView& delivery) {
  return {{"id", delivery.id},
          {"source", delivery.source},
          {"status", delivery.status},
          {"reason", text_or_null(delivery.reason)},
          {"received_at", rfc3339(delivery.received_at)},
          {"duplicate_of", id_or_null(delivery.duplicate_of)},
          {"secret", text_or_null(delivery.secret)}};
}

Json to_json(const EventView& event) {
  return {{"id", event.id},
          {"record", to_json(event.record)},
          {"kind", event.kind},
          {"mode", event.mode},
          {"changes", stored_json(event.changes)}};
}

}  // namespace fh
