#include "admin/api.h"

#include <charconv>

#include "admin/metrics.h"
#include "admin/view_json.h"
#include "base/digest.h"
#include "base/log.h"
#include "ingress/percent.h"

namespace fh {
namespace {

constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kBearer = "Bearer ";

Answer json_answer(const Json& json, int status = 200) {
  Answer answer;
  answer.status = status;
  answer.body = to_text(json) + "\n";
  return answer;
}

Answer plain(int status, const std::string& text) {
  Answer answer;
  answer.status = status;
  answer.content_type = "text/plain; charset=utf-8";
  answer.body = text;
  return answer;
}

std::optional<std::int64_t> number_from(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    parts.push_back(percent_decode(path.substr(0, slash)).value_or(""));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

// Thrown by readers of a call's query; answered as 400.
struct BadQuery {
  std::string detail;
};

std::int64_t number_of(const std::map<std::string, std::string>& query, const std::string& key,
                       std::int64_t otherwise) {
  const auto found = query.find(key);
  if (found == query.end()) return otherwise;
  const auto number = number_from(found->second);
  if (!number) throw BadQuery{key + "=" + found->second + " is not a whole number"};
  return *number;
}

std::string text_of(const std::map<std::string, std::string>& query, const std::string& key) {
  const auto found = query.find(key);
  return found == query.end() ? "" : found->second;
}

void refuse_unknown(const std::map<std::string, std::string>& query,
                    std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : query)
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw BadQuery{"there is no filter \"" + key + "\""};
}

}  // namespace

Answer problem(int status, const std::string& title, const std::string& detail) {
  Answer answer = json_answer({{"status", status}, {"title", title}, {"detail", detail}}, status);
  answer.content_type = "application/problem+json";
  return answer;
}

Answer Api::handle(const RawRequest& request) {
  try {
    return route(request);
  } catch (const BadQuery& bad) {
    return problem(400, "bad query", bad.detail);
  } catch (const std::exception& error) {
    log_error("admin_failed", {{"path", request.path}, {"error", error.what()}});
    return problem(503, "the host could not do it", error.what());
  }
}

bool Api::authorized(const RawRequest& request) const {
  const auto values = request.header_values("Authorization");
  if (values.size() != 1 || !values[0].starts_with(kBearer)) return false;
  // Hashed first, so that not even the token's length shows; every token is compared.
  const Digest given = sha256(values[0].substr(kBearer.size()));
  bool known = false;
  for (const Secret& token : p_.config.admin.tokens)
    known |= equal_constant_time(bytes_of(given), bytes_of(sha256(token.value)));
  return known;
}

Answer Api::route(const RawRequest& request) {
  if (request.path == "/healthz") return plain(200, "ok\n");
  if (request.path == "/readyz")
    return p_.ready ? plain(200, "ready\n") : plain(503, "not ready\n");
  const bool is_api = request.path.starts_with(kApi);
  if (!is_api && request.path != "/metrics")
    return problem(404, "not found", "there is nothing at " + request.path);
  if (!authorized(request)) {
    Answer answer = problem(401, "unauthorized",
                            p_.config.admin.tokens.empty()
                                ? "no token is configured: add one under admin.tokens"
                                : "send a token of admin.tokens as 'Authorization: Bearer TOKEN'");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (!is_api) {
    Answer answer = plain(200, metrics_text(p_));
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return answer;
  }
  Call call{request.method, split_path(request.path.substr(kApi.size())), {}};
  for (auto& [key, value] : query_pairs(request.query)) call.query[key] = value;
  return answer(call);
}

Answer Api::answer(const Call& call) {
  const auto& path = call.path;
  const bool get = call.method == "GET";
  const std::string what = path.empty() ? "" : path[0];
  if (path.size() == 1 && get) {
    if (what == "status") return status();
    if (what == "jobs") return jobs(call);
    if (what == "deliveries") return deliveries(call);
    if (what == "plugins") return plugins();
  }
  if (path.size() == 2 && what == "plugins" && (get || call.method == "DELETE"))
    return plugin(call);
  if (path.size() >= 2 && (what == "jobs" || what == "deliveries")) {
    const auto id = number_from(path[1]);
    if (!id) return problem(400, "bad id", "\"" + path[1] + "\" is not an id");
    if (path.size() == 2 && get) return what == "jobs" ? job(*id) : delivery(*id);
    if (path.size() == 3 && path[2] == "retry" && what == "jobs" && call.method == "POST")
      return retry(*id);
  }
  return problem(404, "not found", "there is no such call; see docs/admin-api.md");
}

Answer Api::status() {
  Json jobs = Json::object();
  for (int state = 0; state < kJobStates; ++state)
    jobs[std::string(name_of(static_cast<JobState>(state)))] = 0;
  for (const auto& [plugin, states] : Views(p_.store.reader()).tallies())
    for (const auto& [state, count] : states) jobs[state] = jobs[state].get<std::int64_t>() + count;
  Json sources = Json::array();
  for (const SourceConfig& source : p_.receiver.sources()) {
    const std::int64_t last = p_.receiver.counters(source.name).last_delivery_ms;
    sources.push_back({{"name", source.name},
                       {"path", source.path},
                       {"last_delivery_at", last == 0 ? Json() : Json(rfc3339(from_ms(last)))}});
  }
  Json running = Json::array();
  for (const RunningJob& job : p_.supervisor.running())
    running.push_back({{"job", job.job},
                       {"plugin", job.plugin},
                       {"pid", job.pid},
                       {"percent", job.percent < 0 ? Json() : Json(job.percent)},
                       {"progress", job.progress}});
  return json_answer({{"version", FIELDHOOK_VERSION},
                      {"ready", p_.ready.load()},
                      {"jobs", jobs},
                      {"running", running},
                      {"plugins", list_plugins()},
                      {"sources", sources}});
}

Answer Api::jobs(const Call& call) {
  refuse_unknown(call.query, {"state", "plugin", "record", "delivery", "limit"});
  JobFilter filter;
  filter.state = text_of(call.query, "state");
  if (!filter.state.empty() && !job_state_from(filter.state))
    throw BadQuery{"\"" + filter.state + "\" is no job state"};
  filter.plugin = text_of(call.query, "plugin");
  filter.record = text_of(call.query, "record");
  filter.delivery = number_of(call.query, "delivery", 0);
  filter.limit =
      static_cast<int>(std::min<std::int64_t>(number_of(call.query, "limit", 50), kMaxListed));
  Json list = Json::array();
  for (const JobView& job : Views(p_.store.reader()).jobs(filter)) list.push_back(to_json(job));
  return json_answer(list);
}

Answer Api::job(std::int64_t id) {
  Views views(p_.store.reader());
  const auto found = views.job(id);
  if (!found) return problem(404, "not found", "there is no job " + std::to_string(id));
  Json json = to_json(*found);
  json["runs"] = Json::array();
  for (const RunView& run : views.runs_of(id)) json["runs"].push_back(to_json(run));
  if (found->state == "blocked") json["blocked_by"] = views.holder_of_turn(id);
  return json_answer(json);
}

Answer Api::retry(std::int64_t id) {
  const bool reopened =
      p_.store.write([id](Transaction& tx) { return tx.jobs.reopen(id, tx.now); });
  if (reopened) {
    log_info("job_retried", {{"job", id}});
    return job(id);
  }
  const auto found = Views(p_.store.reader()).job(id);
  if (!found) return problem(404, "not found", "there is no job " + std::to_string(id));
  return problem(409, "not finished",
                 "job " + std::to_string(id) + " is " + found->state +
                     ": only a completed, dead or cancelled job can be "
                     "retried");
}

Answer Api::deliveries(const Call& call) {
  refuse_unknown(call.query, {"source", "status", "limit"});
  DeliveryFilter filter;
  filter.source = text_of(call.query, "source");
  filter.status = text_of(call.query, "status");
  filter.limit =
      static_cast<int>(std::min<std::int64_t>(number_of(call.query, "limit", 50), kMaxListed));
  Json list = Json::array();
  for (const DeliveryView& delivery : Views(p_.store.reader()).deliveries(filter)) {
    Json json = to_json(delivery);
    json["jobs"] = delivery.jobs;
    list.push_back(std::move(json));
  }
  return json_answer(list);
}

Answer Api::delivery(std::int64_t id) {
  Views views(p_.store.reader());
  const auto found = views.delivery(id);
  if (!found) return problem(404, "not found", "there is no delivery " + std::to_string(id));
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

Json Api::plugin_json(const ActivePlugin& plugin) const {
  Json watches = Json::array();
  for (const Watch& watch : plugin.manifest.watches) watches.push_back(describe(watch));
  std::string reason = plugin.row.reason;
  if (reason.empty() && !plugin.refused.empty())
    reason = "the file now in the folder is not used: " + plugin.refused;
  return {{"name", plugin.row.name},
          {"version", plugin.row.version},
          {"build", plugin.row.build},
          {"state", plugin.row.state},
          {"reason", reason.empty() ? Json() : Json(reason)},
          {"file", plugin.row.file},
          {"watches", watches},
          {"slots", plugin.terms.slots},
          {"max_attempts", plugin.terms.max_attempts},
          {"timeout_ms", plugin.terms.timeout.count()},
          {"activated_at", rfc3339(plugin.row.activated_at)}};
}

std::vector<Json> Api::list_plugins() const {
  const auto tallies = Views(p_.store.reader()).tallies();
  std::vector<Json> list;
  std::set<std::string> files;
  for (const ActivePlugin& plugin : p_.catalog.all()) {
    Json json = plugin_json(plugin);
    const auto counts = tallies.find(plugin.row.name);
    json["jobs"] = counts == tallies.end() ? Json::object() : Json(counts->second);
    files.insert(plugin.row.file);
    list.push_back(std::move(json));
  }
  // A refused file that no plugin in force came from is named by its file.
  for (const RefusedFile& refused : p_.catalog.refused())
    if (!files.contains(refused.file))
      list.push_back({{"name", refused.file},
                      {"version", ""},
                      {"build", nullptr},
                      {"state", "refused"},
                      {"reason", refused.reason},
                      {"file", refused.file},
                      {"watches", Json::array()},
                      {"jobs", Json::object()}});
  return list;
}

Answer Api::plugins() { return json_answer(list_plugins()); }

Answer Api::plugin(const Call& call) {
  const std::string& name = call.path[1];
  if (call.method == "DELETE") {
    try {
      const int cancelled = p_.catalog.remove(name);
      return json_answer({{"name", name}, {"cancelled", cancelled}});
    } catch (const StoreError&) {
      throw;
    } catch (const HostError& error) {
      return problem(p_.catalog.find(name) ? 409 : 404, "not removed", error.what());
    }
  }
  for (const Json& plugin : list_plugins())
    if (plugin["name"] == name) return json_answer(plugin);
  return problem(404, "not found", "there is no plugin \"" + name + "\"");
}

}  // namespace fh
