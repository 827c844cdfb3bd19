// SecretWatch: what each source's requests are verified with. A secret that was not there when the
// host started is looked for every second and taken once it is there and stays as it is, without a
// restart; what is in use is never read again. Each reason why one cannot be used is logged once,
// also when a source's last valid one expires. Holds secrets. One thread, if there is anything to
// look for; verify_of() from any.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "config/config.h"

namespace fh {

class SecretWatch {
 public:
  using Verify = std::shared_ptr<const VerifyConfig>;  // shared with the requests under way

  /// The sources as they were loaded, with LoadOptions::sources_may_wait.
  SecretWatch(const std::vector<SourceConfig>& sources, const Clock& clock);
  ~SecretWatch() { stop(); }

  Verify verify_of(const std::string& source) const;

  /// Says which secrets cannot be used.
  void start();
  void stop();
  /// One look; whether there is still something to look for: a secret that is not there, or one
  /// that will expire. The thread makes them, and so may a test that did not start it.
  bool look();

 private:
  void loop();
  void tell(const std::string& source, const VerifyConfig& verify);

  const Clock& clock_;
  std::map<std::string, Guarded<Verify>> sources_;
  // Why a source's secret cannot be used, as the log has it; "": it can. start()'s, then look()'s.
  std::map<std::pair<std::string, std::string>, std::string> told_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fh
