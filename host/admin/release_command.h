// The command line that lets the parked jobs of a plugin and a record go on, as a person may copy
// it. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "domain/record.h"

namespace fh {

/// It reaches no other record: where the sources bring more than one account, or contacts and
/// companies, it names these too.
std::string release_command(const std::string& plugin, const RecordKey& record,
                            const std::vector<SourceConfig>& sources);

}  // namespace fh
