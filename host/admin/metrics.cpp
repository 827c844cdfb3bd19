#include "admin/metrics.h"

#include <set>

#include "store/views.h"

namespace fh {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Page {
 public:
  void family(const std::string& name, const std::string& type, const std::string& help) {
    name_ = name;
    text_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  }
  void sample(const Labels& labels, std::int64_t value) {
    text_ += name_;
    for (std::size_t i = 0; i < labels.size(); ++i)
      text_ += (i == 0 ? "{" : ",") + labels[i].first + "=\"" + escaped(labels[i].second) + "\"";
    text_ += (labels.empty() ? " " : "} ") + std::to_string(value) + "\n";
  }
  std::string take() { return std::move(text_); }

 private:
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n')
        out += "\\n";
      else
        out += c;
    }
    return out;
  }

  std::string name_;
  std::string text_;
};

void add_host(Page& page, const ApiParts& parts, const RefusedCalls& refused) {
  page.family("fieldhook_ready", "gauge", "1 when the host takes deliveries.");
  page.sample({}, why_not_ready(parts).empty() ? 1 : 0);

  page.family("fieldhook_disk_free_bytes", "gauge", "Room on the store's disk.");
  page.sample({}, static_cast<std::int64_t>(parts.disk.free_bytes()));
  page.family("fieldhook_disk_low", "gauge",
              "1 while that and the room inside the store are less than ingest.min_free_disk and "
              "nothing is taken.");
  page.sample({}, parts.disk.low() ? 1 : 0);

  page.family("fieldhook_http_answers_total", "counter",
              "Answers of the ingest port by status, to whatever path the request was.");
  for (const auto& [status, count] : parts.answers.all())
    page.sample({{"status", std::to_string(status)}}, static_cast<std::int64_t>(count));

  page.family("fieldhook_admin_unauthorized_total", "counter",
              "Calls of the admin port without a token that is ours.");
  page.sample({}, refused.count());
}

void add_secrets(Page& page, const Receiver& receiver) {
  page.family("fieldhook_verified_total", "counter",
              "Verified requests, by the name of the secret that proved them.");
  for (const SourceConfig& source : receiver.sources())
    for (const auto& [secret, verified] : receiver.counters(source.name).verified)
      page.sample({{"source", source.name}, {"secret", secret}},
                  static_cast<std::int64_t>(verified.load()));

  page.family("fieldhook_secret_unusable", "gauge",
              "1 while a source's secret cannot be used: it is not there or no good, or it expired "
              "and no other is in force.");
  for (const SourceConfig& source : receiver.sources()) {
    std::set<std::string> unusable;
    for (const UnusableSecret& secret : receiver.unusable_secrets(source.name))
      unusable.insert(secret.name);
    for (const Secret& secret : receiver.verify_of(source.name)->secrets)
      page.sample({{"source", source.name}, {"secret", secret.name}},
                  unusable.contains(secret.name) ? 1 : 0);
  }
}

void add_sources(Page& page, const Receiver& receiver) {
  page.family("fieldhook_requests_total", "counter",
              "Requests to a source's path, by what became of them.");
  for (const SourceConfig& source : receiver.sources())
    for (std::size_t i = 0; i < kReceptions; ++i)
      page.sample(
          {{"source", source.name}, {"result", std::string(name_of(static_cast<Reception>(i)))}},
          static_cast<std::int64_t>(receiver.counters(source.name).receptions[i].load()));

  page.family("fieldhook_unauthorized_total", "counter",
              "Requests that did not prove to come from the source's sender, by why not.");
  for (const SourceConfig& source : receiver.sources())
    for (std::size_t i = 0; i < kRefusalCauses; ++i)
      page.sample(
          {{"source", source.name}, {"cause", std::string(name_of(static_cast<RefusalCause>(i)))}},
          static_cast<std::int64_t>(receiver.counters(source.name).unauthorized[i].load()));

  add_secrets(page, receiver);

  page.family("fieldhook_last_delivery_timestamp_seconds", "gauge",
              "When the source's last verified delivery came; 0: never.");
  for (const SourceConfig& source : receiver.sources())
    page.sample({{"source", source.name}}, receiver.counters(source.name).last_delivery_ms / 1000);

  page.family("fieldhook_source_silent", "gauge",
              "1 when the source has been silent for longer than its expect_event_every.");
  for (const SourceConfig& source : receiver.sources())
    if (source.expect_every)
      page.sample({{"source", source.name}}, receiver.counters(source.name).silent ? 1 : 0);
}

void add_jobs(Page& page, const std::vector<ActivePlugin>& plugins, Views& views) {
  page.family("fieldhook_jobs", "gauge",
              "Jobs by plugin and state; finished ones while they are kept.");
  auto tallies = views.tallies();
  for (const ActivePlugin& plugin : plugins)
    for (int state = 0; state < kJobStates; ++state)
      tallies[plugin.row.name].emplace(name_of(static_cast<JobState>(state)), 0);
  for (const auto& [plugin, states] : tallies)
    for (const auto& [state, jobs] : states)
      page.sample({{"plugin", plugin}, {"state", state}}, jobs);

  page.family("fieldhook_parked_jobs", "gauge",
              "Jobs put off because one record brought too many of them; of which, says status.");
  auto parked = views.parked_jobs();
  for (const ActivePlugin& plugin : plugins)
    page.sample({{"plugin", plugin.row.name}}, parked[plugin.row.name]);

  page.family("fieldhook_backlog_full", "gauge",
              "1 when the plugin has as many open jobs as it may have, and what matches it is "
              "answered 503.");
  auto open = views.open_jobs();
  for (const ActivePlugin& plugin : plugins)
    page.sample({{"plugin", plugin.row.name}}, is_full(plugin, open[plugin.row.name]) ? 1 : 0);
}

void add_plugins(Page& page, const std::vector<ActivePlugin>& plugins) {
  page.family("fieldhook_plugin_active", "gauge",
              "1 when the plugin has a build and its jobs run.");
  for (const ActivePlugin& plugin : plugins)
    page.sample({{"plugin", plugin.row.name}}, plugin.can_run() ? 1 : 0);
  page.family("fieldhook_plugin_paused", "gauge", "1 while an operator has the plugin paused.");
  for (const ActivePlugin& plugin : plugins)
    page.sample({{"plugin", plugin.row.name}}, plugin.pause ? 1 : 0);
  page.family("fieldhook_plugin_quarantined", "gauge",
              "1 while the plugin's build is set aside because its workers kept crashing.");
  for (const ActivePlugin& plugin : plugins)
    page.sample({{"plugin", plugin.row.name}}, plugin.quarantine ? 1 : 0);
}

}  // namespace

std::string metrics_text(const ApiParts& parts, const RefusedCalls& refused) {
  const std::vector<ActivePlugin> plugins = parts.catalog.all();
  Views views(parts.store.reader());
  Page page;
  add_host(page, parts, refused);
  add_sources(page, parts.receiver);
  add_jobs(page, plugins, views);
  page.family("fieldhook_workers", "gauge", "Worker processes by plugin.");
  for (const auto& [plugin, workers] : parts.supervisor.workers_by_plugin())
    page.sample({{"plugin", plugin}}, workers);
  add_plugins(page, plugins);
  return page.take();
}

}  // namespace fh
