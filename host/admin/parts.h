// What the admin API shows and steers. Owned by the Daemon; all of it outlives the API.
#pragma once

#include <atomic>

#include "ingress/answer_counts.h"
#include "ingress/receiver.h"
#include "runtime/supervisor.h"
#include "store/disk_watch.h"

namespace fh {

struct ApiParts {
  const Config& config;
  Store& store;
  Catalog& catalog;
  Supervisor& supervisor;
  const Receiver& receiver;
  const AnswerCounts& answers;  // of the ingest port
  const DiskWatch& disk;
  const std::atomic<bool>& ready;
};

/// Why deliveries are not taken now; "" when they are.
std::string why_not_ready(const ApiParts& parts);

}  // namespace fh
