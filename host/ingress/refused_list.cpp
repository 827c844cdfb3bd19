#include "ingress/refused_list.h"

#include <algorithm>

namespace fh {

std::vector<RefusedRequest> RefusedList::list(const std::string& source) const {
  std::vector<RefusedRequest> all;
  latest_.with([&](const auto& latest) {
    for (const auto& [name, own] : latest)
      if (source.empty() || source == name) all.insert(all.end(), own.begin(), own.end());
  });
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& left, const auto& right) { return left.at > right.at; });
  return all;
}

}  // namespace fh
