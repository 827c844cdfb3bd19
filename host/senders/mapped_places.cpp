#include "senders/mapped_places.h"

#include <algorithm>

namespace fh {

bool is_given(const Mapping& mapping) {
  const auto& keys = mapping_keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const MappingKey& key) { return (mapping.*key.part).has_value(); });
}

Places mapped_places(Places places, const Mapping& mapping) {
  const auto put = [](Pointers& part, const std::optional<std::string>& pointer) {
    if (pointer) part = {*pointer};
  };
  put(places.uuid, mapping.uuid);
  put(places.id, mapping.id);
  put(places.type, mapping.type);
  put(places.changes, mapping.changes);
  put(places.previous, mapping.previous);
  put(places.time, mapping.time);
  put(places.actor, mapping.actor);
  put(places.snapshot, mapping.snapshot);
  if (mapping.snapshot) places.whole.clear();
  // Whoever names the place of an event's id knows it; the prefix only helps to guess.
  put(places.event_id, mapping.event_id);
  if (mapping.event_id) places.any_event_id = true;
  return places;
}

}  // namespace fh
