#include "bench/bench.h"

#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace fh::bench {

namespace fs = std::filesystem;

Plan quick_plan() {
  using namespace std::chrono_literals;
  return {.runs = 3,
          .run_time = 250ms,
          .drained_jobs = 2'000,
          .latency_time = 2s,
          .crowd_time = 12s,
          .loaded_deliveries = 8'000,
          .finished_jobs = 5'000,
          .deep_finished = 20'000,
          .deep_scheduled = 10'000,
          .deep_ready = 5'000,
          .depth_samples = 500,
          .recovered_jobs = 5'000};
}

Bench::Bench(Plan plan)
    : plan_(plan), build_(fs::canonical("/proc/self/exe").parent_path().parent_path()) {
  for (const fs::path& needed : {executable("fieldhookd"), executable("fieldhook-worker")})
    if (!fs::exists(needed))
      throw HostError("bench: " + needed.string() + " is missing: run ./dev build");
  std::string name = (build_ / "bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw_errno("bench: cannot make " + name);
  folder_ = name;
}

Bench::~Bench() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path Bench::fresh_folder(const std::string& name) {
  const fs::path folder = folder_ / (std::to_string(++folders_) + "-" + name);
  fs::create_directory(folder);
  return folder;
}

void Bench::note(const std::string& what) const {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - start_;
  std::fprintf(stderr, "%6.1f s  %s\n", since.count(), what.c_str());
}

}  // namespace fh::bench
