#include "ingress/refused_list_file.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "base/check.h"
#include "base/json.h"
#include "base/log.h"
#include "base/private_file.h"

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
  fs::remove(beside);
  make_private_file(beside);
  std::ofstream stream(beside, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw HostError("cannot write " + beside.string());
  fs::rename(beside, file);
}

// A JSON text a line, newest first.
std::string text_of(const std::vector<RefusedRequest>& requests) {
  std::map<std::string, std::size_t> bytes_of;
  for (const RefusedRequest& one : requests) bytes_of[one.source] = 0;
  const std::size_t share = RefusedListFile::kMostBytes / std::max<std::size_t>(bytes_of.size(), 1);
  std::string text;
  for (const RefusedRequest& one : requests) {
    const std::string line = to_text(to_json(one)) + "\n";
    std::size_t& used = bytes_of[one.source];
    if (used + line.size() > share) continue;
    used += line.size();
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
