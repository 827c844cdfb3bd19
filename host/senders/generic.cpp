#include "senders/generic.h"

#include "senders/places.h"

namespace fh {

SenderReading read_generic(Json body, const SourceTerms& terms) {
  return read_places(std::move(body), terms, {});
}

}  // namespace fh
