#include "senders/generic.h"

#include "senders/places.h"

namespace fh {

SenderReading read_generic(const SenderBody& body, const SourceTerms& terms) {
  return read_places(body, terms, {});
}

}  // namespace fh
