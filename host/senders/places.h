// Places: where one sender's bodies have the parts of an event, as JSON Pointers, and the one way
// to read a body by them. Most profiles are a table of places; a source's mapping overrides it,
// part by part. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "senders/sender_profile.h"
#include "senders/type_words.h"

namespace fh {

using Pointers = std::vector<std::string>;

struct Places {
  Pointers uuid = {};  // the first that names a record; so for id
  Pointers id = {};
  Pointers type = {};      // all of them, read as one type (type_words.h)
  Pointers changes = {};   // all that are there; of a field in two of them the first counts
  Pointers snapshot = {};  // the first that is an object
  Pointers whole = {};     // without any of these two: the first object that names a record
  Pointers previous = {};  // the first that is an object
  Pointers event_id = {};
  Pointers time = {};
  Pointers actor = {};               // the first is the actor; any may be in ignore_actors
  bool any_event_id = false;         // whatever stands there; else only with this prefix:
  std::string event_id_prefix = {};  // what event ids begin with, and records' names never do
  TypeWords words = {};              // this sender's own
};

/// One event, or one for each item of the list that the mapping names or the body is.
SenderReading read_places(const SenderBody& body, const SourceTerms& terms, const Places& places);

/// The same for one event that is no list; nothing in the source's mapping counts.
SenderReading read_one_event(const SenderBody& part, const SourceTerms& terms,
                             const Places& places);

}  // namespace fh
