// DeliveryStatus: what became of a delivery. Stored and shown by its name.
#pragma once

#include <optional>
#include <string_view>

namespace fh {

enum class DeliveryStatus {
  accepted,   // it made jobs
  duplicate,  // all of it came before
  ignored     // it is for no plugin; its reason says why
};

std::string_view name_of(DeliveryStatus status);
std::optional<DeliveryStatus> delivery_status_from(std::string_view name);

}  // namespace fh
