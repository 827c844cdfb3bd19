// Action: one step of a random run: what is done, and numbers that choose with what. The numbers
// are taken modulo what there is when the action's turn comes, so every part of a list of actions
// is a valid list too, and a failing one can be shortened by leaving actions out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fh::model {

class World;

struct Action {
  std::size_t kind = 0;  // its place in kinds()
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t d = 0;
};

struct ActionKind {
  const char* name;
  int weight;  // how often it is drawn, beside the others
  void (*perform)(World&, const Action&);
};

/// Every kind of action there is; a new one is one more entry.
const std::vector<ActionKind>& kinds();

std::vector<Action> draw_actions(std::uint64_t seed, int count);
std::string describe(const Action& action);

}  // namespace fh::model
