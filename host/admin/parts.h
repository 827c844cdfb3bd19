// What the admin API shows and steers. Owned by the Daemon; all of it outlives the API.
#pragma once

#include <atomic>

#include "ingress/answer_counts.h"
#include "ingress/receiver.h"
#include "runtime/supervisor.h"
#include "store/disk_watch.h"
#include "store/views.h"

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

}  // namespace fh
