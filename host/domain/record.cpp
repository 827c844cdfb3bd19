#include "domain/record.h"

namespace fh {

std::string_view name_of(RecordType type) {
  switch (type) {
    case RecordType::contact: return "contact";
    case RecordType::company: return "company";
  }
  return "";
}

std::optional<RecordType> record_type_from(std::string_view name) {
  if (name == "contact") return RecordType::contact;
  if (name == "company") return RecordType::company;
  return std::nullopt;
}

}  // namespace fh
