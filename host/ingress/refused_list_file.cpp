#include "ingress/refused_list_file.h"

#include <fstream>
#include <iterator>

#include "base/check.h"
#include "base/json.h"
#include "base/log.h"

namespace fh {
namespace {

namespace fs = std::filesystem;

Json to_json(const RefusedRequest& one) {
  return {{"at_ms", to_ms(one.at)}, {"source", one.source},
          {"status", one.status},   {"cause", one.cause},
          {"text", one.text},       {"remote_address", one.remote_address},
          {"head", one.head},       {"body_bytes", one.body_bytes}};
}

RefusedRequest from_json(const Json& json) {
  return {from_ms(json.at("at_ms")), json.at("source"),    json.at("status"),
          json.at("cause"),          json.at("text"),      json.at("remote_address"),
          json.at("head"),           json.at("body_bytes")};
}

// Beside it first, so that a host that is killed meanwhile leaves the old one.
void write(const fs::path& file, const std::string& text) {
  const fs::path beside = file.native() + ".new";
  std::ofstream stream(beside, std::ios::binary);
  fs::permissions(beside, fs::perms::owner_read | fs::perms::owner_write);
  stream << text;
  stream.close();
  if (!stream) throw HostError("cannot write " + beside.string());
  fs::rename(beside, file);
}

// A JSON text a line, newest first.
std::string text_of(const std::vector<RefusedRequest>& requests) {
  std::string text;
  for (const RefusedRequest& one : requests) {
    const std::string line = to_text(to_json(one)) + "\n";
    if (text.size() + line.size() > RefusedListFile::kMostBytes) break;
    text += line;
  }
  return text;
}

}  // namespace

void RefusedListFile::load(const std::set<std::string>& sources) {
  try {
    std::ifstream stream(file_, std::ios::binary);
    std::vector<RefusedRequest> requests;
    for (std::string line; std::getline(stream, line);)
      requests.push_back(from_json(Json::parse(line)));
    for (auto one = requests.rbegin(); one != requests.rend(); ++one)
      if (sources.contains(one->source)) list_.add(std::move(*one));
  } catch (const std::exception& error) {
    log_warning("refused_list_unread", {{"file", file_.string()}, {"error", error.what()}});
  }
  saved_ = list_.added();
}

void RefusedListFile::save_if_due(Millis steady) {
  if (steady < next_) return;
  next_ = steady + kBetweenWrites;
  save();
}

void RefusedListFile::save() {
  const std::uint64_t added = list_.added();
  if (added == saved_) return;
  try {
    write(file_, text_of(list_.list("")));
    saved_ = added;
  } catch (const std::exception& error) {
    log_warning("refused_list_unsaved", {{"file", file_.string()}, {"error", error.what()}});
  }
}

}  // namespace fh
