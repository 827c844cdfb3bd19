// The store's file as its host opens it, through Poco: once to write and, for a short read each, to
// read. Other programs open it with read_connection.h. Throws HostError. Any thread.
#pragma once

#include <Poco/Data/Session.h>

#include <string>

namespace fh {

/// Makes the file when there is none, and brings it up to this build's schema.
Poco::Data::Session open_writer(const std::string& path);

Poco::Data::Session open_reader(const std::string& path);

}  // namespace fh
