// WatchIndex: every active plugin's watches, found by record type, first path segment and value, so
// that an event costs the same whether ten or ten thousand plugins watch its fields. Immutable once
// built; shared between threads freely.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/watch.h"

namespace fh {

struct PluginWatches {
  std::string plugin;
  std::vector<Watch> watches;
};

struct Match {
  std::string plugin;
  std::vector<std::string> watches;  // the watches met, described for people
};

class WatchIndex {
 public:
  WatchIndex() = default;
  explicit WatchIndex(std::vector<PluginWatches> plugins);

  /// The plugins whose watches are met, each once, in name order.
  std::vector<Match> match(const Occurrence& occurrence) const;

  /// False when no watch can be met whatever the baseline says, so the event needs no answer from
  /// the store. For a full_object the fields of its snapshot count as possibly changed.
  bool may_match(const Event& event) const;

 private:
  struct Place {
    std::uint32_t plugin;
    std::uint32_t watch;
  };
  struct PathWatches {
    std::vector<Place> any_value;                                  // changes
    std::unordered_map<std::string, std::vector<Place>> by_value;  // JSON text of the new value
  };
  struct TypeWatches {
    std::map<EventKind, std::vector<Place>> by_event;  // watches without a field
    // first segment -> full path -> watches
    std::unordered_map<std::string, std::map<std::string, PathWatches>> by_segment;
  };

  bool has_watch_inside(const Event& event) const;
  const TypeWatches& of(RecordType type) const { return types_[static_cast<std::size_t>(type)]; }
  void add(Place place, const Watch& watch);
  template <class Visit>
  void visit_candidates(const Occurrence& occurrence, Visit&& visit) const;

  std::vector<PluginWatches> plugins_;
  TypeWatches types_[2];
};

}  // namespace fh
