// Where log lines go: standard error, or a file that is only ever appended to.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_handle.h"

namespace fh {

/// Makes the file if need be, for its owner to write and its group to read; it is open until the
/// process ends. Throws HostError.
NativeHandle open_to_append(const std::string& path);

/// Opens it in the place of `output`, which other threads may be writing to: no line is lost, and
/// each stands in one of the two files. Returns what to write to. Throws HostError; then `output`
/// is what it was.
NativeHandle reopen_to_append(NativeHandle output, const std::string& path);

/// To standard error if `output` is kNoHandle. In one call, so that lines of several threads never
/// mix. One that cannot be written is lost.
void write_line_to(NativeHandle output, std::string_view line);

}  // namespace fh
