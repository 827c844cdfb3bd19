// Holds docs/log.md to what host/ logs: each event and its levels stand there, and no other.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "unit/docs/page.h"

namespace fh {
namespace {

using Levels = std::set<std::string>;

// What the code puts behind the beginning of a name.
const std::map<std::string, std::vector<std::string>> kEndings = {
    {"job_", {"retry", "release", "cancel", "discard"}},
    {"plugin_", {"pause", "resume", "reload"}}};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t count(const std::string& text, const std::regex& what) {
  return static_cast<std::size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), what), {}));
}

// Of one file: log_info("name"..., or (x ? log_warning : log_error)("name"...
void add_events(const std::string& text, std::map<std::string, Levels>& events) {
  static const std::regex kEvent(
      R"re(log_(error|warning|info|debug)(?: : log_(error|warning|info|debug)\))?)re"
      R"re(\(\s*"([a-z_]+)")re");
  for (auto found = std::sregex_iterator(text.begin(), text.end(), kEvent);
       found != std::sregex_iterator(); ++found) {
    const std::string name = (*found)[3];
    std::vector<std::string> names = {name};
    if (name.ends_with('_')) {
      names.clear();
      for (const std::string& ending : kEndings.at(name)) names.push_back(name + ending);
    }
    for (const std::string& one : names)
      for (const auto& level : {(*found)[1], (*found)[2]})
        if (level.matched) events[one].insert(level);
  }
  // The log itself names events too, and passes on those of others.
  static const std::regex kCall(R"(\blog_(error|warning|info|debug)\)?\()");
  if (text.find("void log_error(") != std::string::npos) return;
  EXPECT_EQ(count(text, kCall), count(text, kEvent)) << "an event whose name is not written out";
}

std::map<std::string, Levels> events_of_host() {
  std::map<std::string, Levels> events;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(test::repository() / "host")) {
    const auto& file = entry.path();
    if (file.extension() != ".cpp" && file.extension() != ".h") continue;
    SCOPED_TRACE(file);
    add_events(text_of(file), events);
  }
  return events;
}

std::vector<std::string> words_of(const std::string& cell) {
  static const std::regex kWord("[a-z_]{3,}");
  return {std::sregex_token_iterator(cell.begin(), cell.end(), kWord), {}};
}

TEST(LogPage, HasEachEventOfTheHostWithItsLevelsAndNoOther) {
  auto events = events_of_host();
  ASSERT_GT(events.size(), 50U);
  static const std::regex kRow(R"(\| (`[^|]+`) \| ([^|]+) \|.*)");
  const test::Page page("docs/log.md");
  for (const std::string& line : page.lines()) {
    std::smatch row;
    if (!std::regex_match(line, row, kRow)) continue;
    Levels logged;
    for (const std::string& name : words_of(row[1])) {
      const auto event = events.find(name);
      ASSERT_NE(event, events.end()) << name << " is logged nowhere, or stands there twice";
      logged.insert(event->second.begin(), event->second.end());
      events.erase(event);
    }
    const auto shown = words_of(row[2]);
    EXPECT_EQ(Levels(shown.begin(), shown.end()), logged) << line;
  }
  for (const auto& [name, levels] : events) ADD_FAILURE() << name << " is not in docs/log.md";
}

}  // namespace
}  // namespace fh
