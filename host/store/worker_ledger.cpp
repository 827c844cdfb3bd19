#include "store/worker_ledger.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "base/child_process.h"
#include "base/private_file.h"

namespace fh {

WorkerLedger::WorkerLedger(const std::string& store_path) : folder_(store_path + ".workers") {
  make_private_folder(folder_);
}

void WorkerLedger::record(int pid) {
  std::ofstream file(folder_ + "/" + std::to_string(pid));
  file << process_start_time(pid).value_or("") << '\n';
  if (!file.flush()) throw HostError("store: cannot write in " + folder_);
}

void WorkerLedger::erase(int pid) {
  std::error_code ignored;
  std::filesystem::remove(folder_ + "/" + std::to_string(pid), ignored);
}

void WorkerLedger::kill_recorded() {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const int pid = std::atoi(entry.path().filename().string().c_str());
    std::string start_time;
    std::ifstream(entry.path()) >> start_time;
    if (pid > 1) kill_recorded_group(pid, start_time);
    std::error_code ignored;
    std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace fh
