// Random runs of the queue over the real store, each from a seed. FIELDHOOK_MODEL_SEEDS=N runs N
// of them instead of a few hundred, FIELDHOOK_MODEL_SEED=S that one alone (docs/testing.md).
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <iostream>
#include <set>
#include <sstream>

#include "base/log.h"
#include "model/action.h"
#include "model/world.h"
#include "support/temp_folder.h"

namespace fh::model {
namespace {

constexpr int kSeeds = 400;
constexpr int kActions = 120;
constexpr std::chrono::seconds kShorteningTime(10);
constexpr std::uint32_t kInBadCompany = 16;  // one write in so many, and as many leases

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = ::getenv(variable);
  return text == nullptr ? std::nullopt : std::optional(std::strtoull(text, nullptr, 10));
}

// On a disk every commit would wait for it, and what a disk can do is the business of other tests.
std::filesystem::path fast_folder() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm"
                                                   : std::filesystem::temp_directory_path();
}

class ModelTest : public testing::Test {
 protected:
  ModelTest() : folder_(fast_folder()), plugins_(made(folder_ / "plugins")) {
    set_log_level(LogLevel::error);
    log_to_file(folder_ / "log");
  }

  /// What went wrong, "" when nothing did.
  std::string run(const std::vector<Action>& actions) {
    const auto folder = made(folder_ / "run");
    std::string wrong;
    try {
      World world(plugins_, folder);
      for (const Action& action : actions) {
        world.set_bad_company(action.d / 1024 % kInBadCompany == 0);
        if (action.d / 1024 % kInBadCompany == 1) world.let_leasing_fail();
        kinds()[action.kind].perform(world, action);
        world.set_bad_company(false);
      }
      world.drain();
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    std::filesystem::remove_all(folder);
    return wrong;
  }

  /// Leaves out what the failure does not need, in ever smaller parts, for a while.
  std::vector<Action> shortened(std::vector<Action> actions) {
    const auto until = std::chrono::steady_clock::now() + kShorteningTime;
    for (std::size_t part = actions.size() / 2; part > 0; part /= 2)
      for (std::size_t at = 0; at < actions.size();) {
        if (std::chrono::steady_clock::now() > until) return actions;
        std::vector<Action> fewer = actions;
        const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
        const auto to =
            at + part < fewer.size() ? from + static_cast<std::ptrdiff_t>(part) : fewer.end();
        fewer.erase(from, to);
        if (run(fewer).empty())
          at += part;
        else
          actions = std::move(fewer);
      }
    return actions;
  }

  std::string report(std::uint64_t seed, const std::vector<Action>& actions) {
    const auto few = number_in("FIELDHOOK_MODEL_SHORTEN") == 0U ? actions : shortened(actions);
    std::string text = run(few) + "\nseed " + std::to_string(seed) + " (again with FIELDHOOK_" +
                       "MODEL_SEED=" + std::to_string(seed) + "), shortened to " +
                       std::to_string(few.size()) + " actions:\n";
    for (const Action& action : few) text += "  " + describe(action) + "\n";
    return text;
  }

 private:
  static std::filesystem::path made(const std::filesystem::path& folder) {
    std::filesystem::create_directory(folder);
    return folder;
  }

  test::TempFolder folder_;
  Plugins plugins_;
};

TEST_F(ModelTest, TheStoreIsWhatTheModelSaysAfterEveryAction) {
  const auto only = number_in("FIELDHOOK_MODEL_SEED");
  const std::uint64_t first = only.value_or(1);
  const std::uint64_t last = only ? *only : number_in("FIELDHOOK_MODEL_SEEDS").value_or(kSeeds);
  std::uint64_t performed = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const auto actions = draw_actions(seed, kActions);
    performed += actions.size();
    if (const std::string wrong = run(actions); !wrong.empty())
      FAIL() << "seed " << seed << ": " << wrong << "\n" << report(seed, actions);
  }
  std::cout << last - first + 1 << " seeds, " << performed << " actions\n";
}

TEST(ModelShape, TheSameSeedDrawsTheSameActions) {
  const auto one = draw_actions(7, 50);
  const auto other = draw_actions(7, 50);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(describe(one[i]), describe(other[i]));
  EXPECT_NE(describe(one[0]), describe(draw_actions(8, 1)[0]));
}

TEST(ModelShape, EveryInvariantHasAMutant) {
  std::set<std::string> caught_by;
  const auto mutants = std::filesystem::path(FIELDHOOK_SOURCE_DIR) / "tests" / "mutants";
  for (const auto& entry : std::filesystem::directory_iterator(mutants)) {
    std::ifstream patch(entry.path());
    for (std::string line; std::getline(patch, line);)
      if (line.starts_with("Fails: ")) caught_by.insert(line.substr(7));
  }
  for (const char* invariant : kInvariants) EXPECT_TRUE(caught_by.contains(invariant)) << invariant;
}

// What `./dev mutants` would find out much later: a patch whose lines are no more.
TEST(ModelShape, EveryMutantIsMadeForTheCodeAsItIs) {
  const std::filesystem::path root(FIELDHOOK_SOURCE_DIR);
  for (const auto& entry : std::filesystem::directory_iterator(root / "tests" / "mutants")) {
    if (entry.path().extension() != ".patch") continue;
    std::ifstream patch(entry.path());
    std::string source;
    std::string before;  // the lines of a hunk as they must stand in the source
    const auto check = [&] {
      EXPECT_NE(source.find(std::exchange(before, {})), std::string::npos) << entry.path();
    };
    bool in_hunk = false;
    for (std::string line; std::getline(patch, line);) {
      if (line.starts_with("--- ") || line.starts_with("@@")) {
        if (in_hunk) check();
        in_hunk = line.starts_with("@@");
      } else if (line.starts_with("+++ b/")) {
        std::ostringstream text;
        text << std::ifstream(root / line.substr(6)).rdbuf();
        source = text.str();
      } else if (in_hunk && !line.starts_with("+")) {
        before += (line.empty() ? line : line.substr(1)) + "\n";
      }
    }
    check();
  }
}

TEST(ModelShape, EveryKindOfActionIsDrawn) {
  std::vector<int> drawn(kinds().size());
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const Action& action : draw_actions(seed, kActions)) ++drawn[action.kind];
  for (std::size_t kind = 0; kind < drawn.size(); ++kind)
    EXPECT_GT(drawn[kind], 0) << kinds()[kind].name;
}

}  // namespace
}  // namespace fh::model
