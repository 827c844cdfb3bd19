#include "runtime/active_plugin.h"

#include <algorithm>

namespace fh {

PluginTerms merge_terms(const Manifest& manifest, const PluginLimits& limits) {
  PluginTerms terms;
  const auto pick = [](auto& value, const auto& asked, const auto& set) {
    if (set)
      value = *set;
    else if (asked)
      value = *asked;
  };
  pick(terms.slots, manifest.slots, limits.slots);
  pick(terms.max_attempts, manifest.max_attempts, limits.max_attempts);
  pick(terms.timeout, manifest.timeout, limits.timeout);
  pick(terms.backoff.first, manifest.backoff, limits.backoff);
  pick(terms.backoff.most, manifest.backoff_max, limits.backoff_max);
  // A longer first wait is meant, unless what asks for it, or the operator, says a longest one.
  const bool most_is_meant =
      limits.backoff_max || (manifest.backoff_max && !limits.backoff.has_value());
  if (!most_is_meant) terms.backoff.most = std::max(terms.backoff.most, terms.backoff.first);
  terms.backlog = limits.backlog;
  terms.per_record = limits.per_record;
  terms.memory = limits.memory;
  terms.serial = manifest.serial;
  return terms;
}

std::string remedy_when_gone(const std::string& plugin) {
  return "put it back, or run 'fieldhook plugins remove " + plugin + "'";
}

std::string ActivePlugin::state() const {
  if (!has_build()) return row.state;
  if (quarantine) return "quarantined";
  return pause ? "paused" : row.state;
}

std::string ActivePlugin::reason() const {
  std::string text = !has_build() ? row.reason : quarantine ? quarantine->reason : "";
  if (pause)
    text += (text.empty() ? "" : "; and ") + pause->who + " paused it at " + rfc3339(pause->at) +
            ": 'fieldhook plugins resume " + row.name + "' lets its jobs run";
  if (!text.empty()) return text;
  return refused.empty() ? row.reason : "the file now in the folder is not used: " + refused;
}

NewJob new_job_for(const ActivePlugin& plugin) {
  NewJob job;
  job.plugin = plugin.row.name;
  job.serial = plugin.terms.serial;
  job.max_attempts = plugin.terms.max_attempts;
  job.backlog = static_cast<std::int64_t>(plugin.terms.backlog);
  job.per_record = plugin.terms.per_record;
  return job;
}

}  // namespace fh
