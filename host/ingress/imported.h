// Records of a CRM's export, taken as if the CRM had sent them whole. Writer's thread, but for
// imported_event().
#pragma once

#include "ingress/accept.h"

namespace fh {

/// Why a delivery cannot be replayed or explained, or a record not imported: its source is gone, or
/// it cannot be read.
class NotReadable : public HostError {
 public:
  using HostError::HostError;
};

struct ImportTerms {
  RecordType type = RecordType::contact;
  bool text_cells = false;  // values are texts of a table: typed like what is known of the record
  std::optional<TimePoint> as_of = std::nullopt;  // when the export was made; nullopt: now
};

/// Bytes of the records that one call brings, one a line.
inline constexpr std::size_t kMostImported = 2 * 1024 * 1024;

/// What an imported delivery has for a head, beginning with kImportedHead (store/delivery_table.h);
/// no request has one without a length.
std::string imported_head(const ImportTerms& terms);
/// Of a stored delivery; nullopt: it was not imported.
std::optional<ImportTerms> imported_terms(const std::string& head, const SourceConfig& source);

/// Throws NotReadable.
Event imported_event(const ImportTerms& terms, const std::string& record);

/// The event with its fields where the known record has them: a field that is a custom one there,
/// or is named custom_field.f, is one.
ArrivedEvent placed_as_known(Transaction& tx, const SourceConfig& source, const ImportTerms& terms,
                             Event event);

}  // namespace fh
