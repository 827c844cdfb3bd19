// A source's mapping over the places of its sender's profile. Pure; any thread.
#pragma once

#include "senders/places.h"

namespace fh {

/// Whether it names any place.
bool is_given(const Mapping& mapping);

/// The mapping's places instead of the profile's, part by part.
Places mapped_places(Places places, const Mapping& mapping);

}  // namespace fh
