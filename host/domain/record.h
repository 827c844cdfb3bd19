// Record: one contact or company of one CRM account. A CRM names it by a uuid, an id, or both; both
// are aliases of one record, and the key (the alias seen first) never changes. Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fh {

enum class RecordType { contact, company };

std::string_view name_of(RecordType type);
std::optional<RecordType> record_type_from(std::string_view name);

/// What a payload calls the record; empty means it did not say.
struct Aliases {
  std::string uuid;
  std::string id;

  bool empty() const { return uuid.empty() && id.empty(); }
  /// The alias a record first seen with these is keyed by: uuid before id.
  const std::string& first() const { return uuid.empty() ? id : uuid; }
};

struct RecordKey {
  std::string account;
  RecordType type = RecordType::contact;
  std::string key;
};

}  // namespace fh
