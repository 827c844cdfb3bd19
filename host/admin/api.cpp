#include "admin/api.h"

#include "admin/delivery_calls.h"
#include "admin/job_calls.h"
#include "admin/metrics.h"
#include "admin/plugin_calls.h"
#include "admin/release_command.h"
#include "admin/view_json.h"
#include "base/digest.h"
#include "base/log.h"
#include "ingress/percent.h"

namespace fh {
namespace {

constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kMetrics = "/metrics";
constexpr std::string_view kHealth = "/healthz";
constexpr std::string_view kReady = "/readyz";
constexpr int kMostBulk = 4;  // of kAdminThreads (daemon.cpp)
constexpr std::string_view kBearer = "Bearer ";

// For anybody.
bool is_open(std::string_view path) { return path == kHealth || path == kReady; }

Answer plain(int status, const std::string& text) {
  Answer answer;
  answer.status = status;
  answer.content_type = "text/plain; charset=utf-8";
  answer.body = text;
  return answer;
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

Answer no_such_call() {
  return problem(404, "not found", "there is no such call; see docs/admin-api.md");
}

Answer bad_id(const std::string& text) {
  return problem(400, "bad id", "\"" + text + "\" is not an id");
}

Json source_status(const Receiver& receiver, const SourceConfig& source) {
  const SourceCounters& counters = receiver.counters(source.name);
  Json unusable = Json::array();
  for (const UnusableSecret& secret : receiver.unusable_secrets(source.name))
    unusable.push_back({{"name", secret.name}, {"why", secret.why}});
  const std::int64_t last = counters.last_delivery_ms;
  return {{"name", source.name},
          {"path", source.path},
          {"silent", counters.silent.load()},
          {"retired", source.retired},
          {"can_verify", receiver.can_verify(source.name)},
          {"unusable_secrets", unusable},
          {"last_delivery_at", last == 0 ? Json() : Json(rfc3339(from_ms(last)))}};
}

}  // namespace

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

std::optional<std::string> Api::caller(const RawRequest& request) const {
  const auto values = request.header_values("Authorization");
  if (values.size() != 1 || !equal_ignoring_case(values[0].substr(0, kBearer.size()), kBearer))
    return std::nullopt;
  // Hashed first, so that not even the token's length shows; every token is compared.
  const Digest given = sha256(values[0].substr(kBearer.size()));
  std::optional<std::string> name;
  for (const Secret& token : p_.config.admin.tokens)
    if (equal_constant_time(bytes_of(given), bytes_of(sha256(token.value)))) name = token.name;
  return name;
}

Answer Api::refusal(int status, const std::string& reason) {
  Answer answer = problem(status, "refused", reason);
  answer.close = true;
  return answer;
}

bool Api::is_quick(const RawRequest& request) { return is_open(request.path); }

HeadVerdict Api::judge_head(const RawRequest& head) {
  if (is_open(head.path)) return {std::nullopt, 0};
  return {refuse_stranger(head), kMostImported};
}

std::optional<Answer> Api::refuse_stranger(const RawRequest& head) {
  if (!head.path.starts_with(kApi) && head.path != kMetrics)
    return problem(404, "not found", "there is nothing at " + head.path);
  if (caller(head)) return std::nullopt;
  refused_.note(head);
  Answer answer = problem(401, "unauthorized",
                          p_.config.admin.tokens.empty()
                              ? "no token is configured: add one under admin.tokens"
                              : "send a token of admin.tokens as 'Authorization: Bearer TOKEN'");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

Answer Api::route(const RawRequest& request) {
  if (request.path == kHealth) return plain(200, "ok\n");
  if (request.path == kReady) {
    const std::string why = why_not_ready(p_);
    return why.empty() ? plain(200, "ready\n") : plain(503, "not ready: " + why + "\n");
  }
  if (auto refused = refuse_stranger(request)) return *std::move(refused);
  if (request.path == kMetrics) {
    Answer answer = plain(200, metrics_text(p_, refused_));
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return answer;
  }
  Call call{request.method,
            split_path(request.path.substr(kApi.size())),
            {},
            *caller(request),
            request.body};
  // A variable that was not set, most likely: left out it would reach far more than was meant.
  for (auto& [key, value] : query_pairs(request.query)) {
    if (value.empty()) throw BadQuery{key + " is empty: say what it is to be, or leave it out"};
    if (!call.query.emplace(key, value).second) throw BadQuery{key + " is given more than once"};
  }
  return answer(call);
}

Answer Api::answer(const Call& call) {
  const auto& path = call.path;
  const bool get = call.method == "GET";
  const std::string what = path.empty() ? "" : path[0];
  if (std::find(path.begin(), path.end(), "") != path.end()) return no_such_call();
  // Before all plugins are known a record's change would meet no watch, and be lost.
  if (!get && !p_.ready && !p_.supervisor.draining())
    return problem(503, "not ready", "the host is starting: try again once /readyz says ready");
  if (what == "jobs") return answer_about_jobs(call);
  if (what == "plugins") return answer_about_plugins(call);
  if (what == "deliveries") return answer_about_deliveries(call);
  if (path.size() != 1) return no_such_call();
  if (what == "status" && get) return status(call);
  if (what == "refused" && get) return DeliveryCalls(p_).refused(call);
  if (what == "import" && call.method == "POST")
    return in_bulk([&] { return DeliveryCalls(p_).import(call); });
  return no_such_call();
}

Answer Api::in_bulk(const std::function<Answer()>& work) {
  struct Place {
    std::atomic<int>& taken;
    ~Place() { --taken; }
  };
  const int before = bulk_++;
  const Place place{bulk_};
  if (before >= kMostBulk)
    return problem(503, "busy",
                   "as many calls that change much are at work as may be at one time: try again "
                   "when one of them has ended");
  return work();
}

Answer Api::answer_about_deliveries(const Call& call) {
  const auto& path = call.path;
  const bool get = call.method == "GET";
  const bool post = call.method == "POST";
  DeliveryCalls deliveries(p_);
  if (path.size() == 1 && get) return deliveries.list(call);
  if (path.size() == 2 && post && path[1] == "replay")
    return in_bulk([&] { return deliveries.replay_all(call); });
  if (path.size() < 2 || path.size() > 3) return no_such_call();
  const auto id = number_from(path[1]);
  if (!id) return bad_id(path[1]);
  if (get) refuse_unknown(call, {});
  if (path.size() == 2 && get) return deliveries.show(*id);
  if (path.size() == 3 && get && path[2] == "explain") return deliveries.explain(*id);
  if (path.size() == 3 && post && path[2] == "replay") return deliveries.replay(*id, call);
  return no_such_call();
}

Answer Api::answer_about_jobs(const Call& call) {
  const auto& path = call.path;
  JobCalls jobs(p_);
  if (path.size() == 1 && call.method == "GET") return jobs.list(call);
  const auto action = path.size() > 1 ? job_action_from(path.back()) : std::nullopt;
  const bool acts = action && call.method == "POST";
  if (path.size() == 2 && acts) return in_bulk([&] { return jobs.act_on_all(*action, call); });
  const bool shows = path.size() == 2 && call.method == "GET";
  if (!shows && !(path.size() == 3 && acts)) return no_such_call();
  const auto id = number_from(path[1]);
  if (!id) return bad_id(path[1]);
  if (shows) refuse_unknown(call, {});
  return shows ? jobs.show(*id) : jobs.act(*action, *id, call);
}

Answer Api::answer_about_plugins(const Call& call) {
  const auto& path = call.path;
  PluginCalls plugins(p_);
  refuse_unknown(call, {});
  if (call.method == "GET" && path.size() == 1) return json_answer(plugins.list());
  if (call.method == "GET" && path.size() == 2) return plugins.show(path[1]);
  if (call.method == "DELETE" && path.size() == 2) return plugins.remove(path[1], call);
  if (call.method == "POST" && path.size() == 2 && path[1] == "reload")
    return plugins.act(PluginAction::reload, "", call);
  if (call.method == "POST" && path.size() == 3)
    if (const auto action = plugin_action_from(path[2])) return plugins.act(*action, path[1], call);
  return no_such_call();
}

Answer Api::status(const Call& call) {
  refuse_unknown(call, {});
  Views views(p_.store.reader());
  Json jobs = Json::object();
  for (int state = 0; state < kJobStates; ++state)
    jobs[std::string(name_of(static_cast<JobState>(state)))] = 0;
  for (const auto& [plugin, states] : views.tallies())
    for (const auto& [state, count] : states) jobs[state] = jobs[state].get<std::int64_t>() + count;
  Json parked = Json::array();
  for (const ParkedView& view : views.parked()) {
    parked.push_back(to_json(view));
    parked.back()["release"] = release_command(view.plugin, view.record, p_.config.sources);
  }
  Json sources = Json::array();
  for (const SourceConfig& source : p_.receiver.sources())
    sources.push_back(source_status(p_.receiver, source));
  Json running = Json::array();
  for (const RunningJob& job : p_.supervisor.running()) {
    running.push_back({{"job", job.job}, {"plugin", job.plugin}, {"pid", job.pid}});
    running.back().update(progress_json(job));
  }
  const std::string not_ready = why_not_ready(p_);
  return json_answer({{"version", FIELDHOOK_VERSION},
                      {"ready", not_ready.empty()},
                      {"not_ready", not_ready.empty() ? Json() : Json(not_ready)},
                      {"jobs", jobs},
                      {"running", running},
                      {"parked", parked},
                      {"plugins", PluginCalls(p_).list()},
                      {"sources", sources},
                      {"disk",
                       {{"free_bytes", p_.disk.free_bytes()},
                        {"min_free_bytes", p_.disk.least_bytes()},
                        {"low", p_.disk.low()}}}});
}

}  // namespace fh
