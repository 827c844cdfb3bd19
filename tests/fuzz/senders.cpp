// Sender profiles on any JSON: a line of a sender's name, a line of a mapping's pointers ("-" for
// none), a body. Events that come out can be matched, kept and written; else there is a reason.
#include "base/json_pointer.h"
#include "fuzz/fuzz_target.h"
#include "senders/body_parts.h"
#include "senders/sender_profile.h"

namespace fh::fuzz {
namespace {

Mapping mapping_of(const std::vector<std::string>& pointers) {
  Mapping mapping;
  std::size_t i = 0;
  for (const MappingKey& key : mapping_keys()) {
    if (i == pointers.size()) break;
    const std::string& pointer = pointers[i++];
    if (is_json_pointer(pointer) && !pointer.empty()) mapping.*key.part = pointer;
  }
  return mapping;
}

void check_event(const Event& event, const std::string& body) {
  MUST_HOLD(!event.aliases.empty() && !event.aliases.first().empty());
  const SnapshotText& snapshot = event.snapshot;
  MUST_HOLD(snapshot.json().is_null() || snapshot.json().is_object());
  MUST_HOLD((event.mode == PayloadMode::changes_only) != snapshot.known() ||
            event.kind == EventKind::deleted);
  if (event.mode == PayloadMode::full_object) MUST_HOLD(event.changes.empty());
  if (event.snapshot_at)
    MUST_HOLD(body.compare(*event.snapshot_at, snapshot.text().size(), snapshot.text()) == 0);
  const Json changes = to_json(event.changes);
  const StrictJson written = parse_strict(to_text(changes));
  MUST_HOLD(!written.refusal);
  MUST_HOLD(to_json(changes_from_json(written.value)) == changes);
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(senders) {
  const std::string name = input.line();
  const Mapping mapping = mapping_of(input.words());
  const Sender* sender = find_sender_named(name);
  const std::string body = input.rest();
  if (sender == nullptr || check_strict(body)) return;
  const std::vector<std::string> ignored = {"api", "fieldhook"};
  const SourceTerms terms = {.mapping = sender->takes_mapping ? &mapping : nullptr,
                             .ignore_actors = &ignored};
  const SenderReading reading = find_sender(name)(SenderBody(std::string_view(body)), terms);
  MUST_HOLD(reading.events.size() <= kMostEvents);
  MUST_HOLD(!reading.events.empty() || !reading.unmapped.empty() || !reading.ignored.empty());
  for (const Event& event : reading.events) check_event(event, body);
}
