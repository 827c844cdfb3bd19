// ActivePlugin: a plugin whose watches are in force, with the terms its jobs run under: what the
// operator's plugins.limits says, else what its manifest asks for, else the defaults here. Plain
// values.
#pragma once

#include <filesystem>

#include "config/config.h"
#include "domain/backoff.h"
#include "domain/job.h"
#include "domain/manifest.h"
#include "store/hold_table.h"
#include "store/job_table.h"
#include "store/plugin_table.h"

namespace fh {

struct PluginTerms {
  int slots = 4;
  int max_attempts = kDefaultMaxAttempts;
  Millis timeout = std::chrono::seconds(60);
  BackoffPolicy backoff;
  bool serial = true;
  // What these three mean, and their defaults: PluginLimits.
  std::size_t backlog = 0;
  int per_record = 0;
  std::size_t memory = 0;
};

struct ActivePlugin {
  PluginRow row;
  Manifest manifest;
  PluginTerms terms;
  std::filesystem::path library;  // the build's private copy
  std::string refused;            // why the file now in the folder is not used; "" when it is
  std::optional<Pause> pause;
  std::optional<Quarantine> quarantine;  // of this build

  bool has_build() const { return row.state == "active"; }
  bool can_run() const { return has_build() && !pause && !quarantine; }
  /// For people: missing, quarantined, paused or active, the first that holds, and why; of the
  /// others a pause is told too.
  std::string state() const;
  std::string reason() const;
};

PluginTerms merge_terms(const Manifest& manifest, const PluginLimits& limits);

/// What to do about a plugin whose file is gone.
std::string remedy_when_gone(const std::string& plugin);

/// What a job of the plugin starts out with; the caller fills in where it comes from and when.
NewJob new_job_for(const ActivePlugin& plugin);

}  // namespace fh
