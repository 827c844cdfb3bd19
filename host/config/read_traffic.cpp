// What a source says about its traffic, beside who sends it: capture, limits, silence, rate.
#include "config/config_sections.h"

namespace fh {

using namespace std::chrono_literals;

namespace {

void read_limits(ConfigReader& in, SourceConfig& source, const IngestConfig& ingest) {
  source.max_head = in.size("max_head", ingest.max_head, {kKiB, 256 * kKiB});
  source.max_body = in.size("max_body", ingest.max_body, {kKiB, 64 * kMiB});
  if (in.has("max_body") && source.max_body > ingest.max_in_flight)
    in.mistake("max_body",
               "is more than ingest.max_in_flight: no body of that size could be received");
  source.max_depth = static_cast<int>(in.number("max_depth", kMaxJsonDepth, {1, kMaxJsonDepth}));
}

}  // namespace

void read_traffic(ConfigReader& in, SourceConfig& source, const IngestConfig& ingest) {
  source.capture = in.flag("capture", source.capture);
  source.retired = in.flag("retired", source.retired);
  read_limits(in, source, ingest);
  const Millis silence = in.duration("expect_event_every", 24h, {1s, 366 * 24h});
  if (in.has("expect_event_every")) source.expect_every = silence;
  ConfigReader limit = in.section("rate_limit");
  RateLimit rate;
  rate.deliveries = static_cast<std::size_t>(limit.number("deliveries", 100, {1, 1'000'000}));
  rate.per = limit.duration("per", rate.per, {10ms, 24h});
  if (in.has("rate_limit")) source.rate_limit = rate;
}

}  // namespace fh
