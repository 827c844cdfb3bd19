#include "ingress/source_counters.h"

namespace fh {

std::string_view name_of(Reception reception) {
  switch (reception) {
    case Reception::accepted: return "accepted";
    case Reception::duplicate: return "duplicate";
    case Reception::ignored: return "ignored";
    case Reception::unauthorized: return "unauthorized";
    case Reception::unreadable: return "unreadable";
    case Reception::limited: return "limited";
    case Reception::unavailable: return "unavailable";
    case Reception::retired: return "retired";
    case Reception::malformed: return "malformed";
  }
  return "";
}

Reception reception_of(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::accepted: return Reception::accepted;
    case DeliveryStatus::duplicate: return Reception::duplicate;
    case DeliveryStatus::ignored: return Reception::ignored;
  }
  return Reception::ignored;
}

}  // namespace fh
