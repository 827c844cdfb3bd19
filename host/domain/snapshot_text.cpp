#include "domain/snapshot_text.h"

namespace fh {

SnapshotText::SnapshotText(std::string_view text, const std::vector<StoredMember>& members)
    : text_(text) {
  look_at(members);
}

SnapshotText::SnapshotText(const Json& object) : text_(to_text(object)), json_(object) {
  look_at(stored_members(text_));
}

void SnapshotText::look_at(const std::vector<StoredMember>& members) {
  shape_ = stored_shape(members);
  const auto updated_at = find_named(members, "updated_at");
  if (!updated_at) return;
  const Json at = stored_value(*updated_at);
  if (at.is_string()) updated_at_ = at;
  if (at.is_number()) updated_at_ = *updated_at;
}

const Json& SnapshotText::json() const {
  if (!json_) json_ = known() ? Json::parse(text_) : Json();
  return *json_;
}

}  // namespace fh
