// What a source says about its traffic, beside who sends it: capture, silence, rate.
#include "config/config_sections.h"

namespace fh {

using namespace std::chrono_literals;

void read_traffic(ConfigReader& in, SourceConfig& source) {
  source.capture = in.flag("capture", source.capture);
  const Millis silence = in.duration("expect_event_every", 24h, {1s, 366 * 24h});
  if (in.has("expect_event_every")) source.expect_every = silence;
  ConfigReader limit = in.section("rate_limit");
  RateLimit rate;
  rate.deliveries = static_cast<std::size_t>(limit.number("deliveries", 100, {1, 1'000'000}));
  rate.per = limit.duration("per", rate.per, {10ms, 24h});
  if (in.has("rate_limit")) source.rate_limit = rate;
}

RetentionConfig read_retention(ConfigReader in) {
  const RetentionConfig defaults;
  RetentionConfig retention;
  retention.age = in.duration("age", defaults.age, {1h, 3660 * 24h});
  retention.dead = in.duration("dead", std::max(defaults.dead, retention.age), {1h, 3660 * 24h});
  if (retention.dead < retention.age)
    in.mistake("dead", "is shorter than retention.age: what is dead is kept at least as long");
  const std::size_t size = in.size("max_size", 16 * kMiB, {16 * kMiB, 16'777'216 * kMiB});
  if (in.has("max_size")) retention.max_size = size;
  return retention;
}

}  // namespace fh
