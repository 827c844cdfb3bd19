#include "domain/delivery.h"

namespace fh {

std::string_view name_of(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::accepted: return "accepted";
    case DeliveryStatus::duplicate: return "duplicate";
    case DeliveryStatus::ignored: return "ignored";
  }
  return "";
}

std::optional<DeliveryStatus> delivery_status_from(std::string_view name) {
  for (const auto status :
       {DeliveryStatus::accepted, DeliveryStatus::duplicate, DeliveryStatus::ignored})
    if (name == name_of(status)) return status;
  return std::nullopt;
}

}  // namespace fh
