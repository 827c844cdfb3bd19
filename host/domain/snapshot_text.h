// SnapshotText: what a payload says of a whole record, kept as the JSON text it came as and read
// only when somebody asks for its values: most deliveries are over before that. Two threads may not
// ask one of these at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/stored_json.h"

namespace fh {

class SnapshotText {
 public:
  /// None: the payload held no record.
  SnapshotText() = default;
  /// The text of an object, which check_strict() takes, and its members.
  SnapshotText(std::string_view text, const std::vector<StoredMember>& members);
  explicit SnapshotText(const Json& object);

  bool known() const { return !text_.empty(); }
  /// "" when there is none.
  const std::string& text() const { return text_; }
  /// Of its fields (domain/stored_json.h); 0 when there is none.
  std::int64_t shape() const { return shape_; }
  /// What stands in its field "updated_at" where that is a text or a number, else "".
  const std::string& updated_at() const { return updated_at_; }
  /// The object; null when there is none.
  const Json& json() const;

 private:
  void look_at(const std::vector<StoredMember>& members);

  std::string text_;
  std::int64_t shape_ = 0;
  std::string updated_at_;
  mutable std::optional<Json> json_;
};

}  // namespace fh
