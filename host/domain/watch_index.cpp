#include "domain/watch_index.h"

#include <algorithm>
#include <set>

#include "domain/echo.h"
#include "domain/snapshot.h"
#include "domain/stored_json.h"

namespace fh {
namespace {

std::string value_key(const Json& value) {
  // 1 and 1.0 are equal values and must meet in one place.
  const bool may_have_fractions = value.is_number_float() || value.is_structured();
  return to_text(may_have_fractions ? without_fractions(value) : value);
}

// The values whose arrival can meet the watch; empty when any value can.
std::vector<std::string> trigger_values(const Watch& watch) {
  switch (watch.kind) {
    case WatchKind::changes:
    case WatchKind::created:
    case WatchKind::deleted: return {};
    case WatchKind::clears: return {value_key(nullptr), value_key("")};
    case WatchKind::from_to: return {value_key(watch.values[1])};
    case WatchKind::becomes: break;
  }
  std::set<std::string> keys;
  for (const Json& value : watch.values) keys.insert(value_key(value));
  return {keys.begin(), keys.end()};
}

}  // namespace

WatchIndex::WatchIndex(std::vector<PluginWatches> plugins) : plugins_(std::move(plugins)) {
  std::sort(plugins_.begin(), plugins_.end(),
            [](const auto& left, const auto& right) { return left.plugin < right.plugin; });
  for (std::uint32_t plugin = 0; plugin < plugins_.size(); ++plugin)
    for (std::uint32_t watch = 0; watch < plugins_[plugin].watches.size(); ++watch)
      add({plugin, watch}, plugins_[plugin].watches[watch]);
}

void WatchIndex::add(Place place, const Watch& watch) {
  TypeWatches& type = types_[static_cast<std::size_t>(watch.type)];
  if (const auto awaited = awaited_event(watch)) {
    type.by_event[*awaited].push_back(place);
    return;
  }
  PathWatches& path = type.by_segment[std::string(first_segment(watch.field))][watch.field];
  const auto values = trigger_values(watch);
  if (values.empty()) path.any_value.push_back(place);
  for (const std::string& value : values) path.by_value[value].push_back(place);
}

template <class Visit>
void WatchIndex::visit_candidates(const Occurrence& occurrence, Visit&& visit) const {
  const TypeWatches& type = of(occurrence.event.type);
  if (const auto whole = type.by_event.find(occurrence.event.kind); whole != type.by_event.end())
    for (const Place& place : whole->second) visit(place);
  // In name order the changes of one segment stand together, but for some few, so that each watch
  // is asked some few times whatever their number.
  std::optional<std::string_view> last;
  for (const auto& [field, change] : occurrence.changes) {
    const auto first = first_segment(field);
    if (first == last) continue;
    last = first;
    const auto segment = type.by_segment.find(std::string(first));
    if (segment == type.by_segment.end()) continue;
    for (const auto& [path, watches] : segment->second) {
      const FieldChange at = change_at(occurrence, path);
      if (!at.changed) continue;
      for (const Place& place : watches.any_value) visit(place);
      if (at.to == nullptr || watches.by_value.empty()) continue;
      const auto value = watches.by_value.find(value_key(*at.to));
      if (value == watches.by_value.end()) continue;
      for (const Place& place : value->second) visit(place);
    }
  }
}

std::vector<Match> WatchIndex::match(const Occurrence& occurrence) const {
  std::map<std::uint32_t, std::set<std::uint32_t>> met;
  visit_candidates(occurrence, [&](const Place& place) {
    if (matches(plugins_[place.plugin].watches[place.watch], occurrence))
      met[place.plugin].insert(place.watch);
  });
  std::vector<Match> found;
  for (const auto& [plugin, watches] : met) {
    Match& match = found.emplace_back(Match{plugins_[plugin].plugin, {}});
    for (const std::uint32_t watch : watches)
      match.watches.push_back(describe(plugins_[plugin].watches[watch]));
  }
  return found;
}

// Whether a part of a changed field is watched: the old value, which the store may know, says
// whether that part has changed.
bool WatchIndex::has_watch_inside(const Event& event) const {
  const TypeWatches& type = of(event.type);
  for (const auto& [field, change] : event.changes) {
    const auto segment = type.by_segment.find(std::string(first_segment(field)));
    if (change.from || segment == type.by_segment.end()) continue;
    const std::string bare(bare_field(field));
    if (has_inside(segment->second, bare) || has_inside(segment->second, custom_path(bare)))
      return true;
  }
  return false;
}

bool WatchIndex::may_match(const Event& event) const {
  bool found = false;
  if (event.mode != PayloadMode::full_object) {
    visit_candidates(event, [&](const Place&) { found = true; });
    return found || has_watch_inside(event);
  }
  const TypeWatches& type = of(event.type);
  if (type.by_event.contains(event.kind)) return true;
  if (event.kind == EventKind::deleted) return false;  // it changes no field
  // A field whose own name has a dot is found by a watch of that name.
  return any_stored_field(event.snapshot.text(),
                          [&type](const std::string& field, std::string_view value) {
                            if (field == kCustomFields && value == "null")
                              return !type.by_segment.empty();  // it may clear any of them
                            const auto segment = first_segment(field);
                            if (segment.size() == field.size())
                              return type.by_segment.contains(field);
                            return type.by_segment.contains(std::string(segment));
                          });
}

}  // namespace fh
