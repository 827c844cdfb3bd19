#include "ingress/secret_watch.h"

#include <algorithm>

#include "base/log.h"
#include "config/secret_key.h"

namespace fh {
namespace {

constexpr std::chrono::seconds kEvery(1);

// Why it still cannot be used; "" when it can. What has just appeared may be half written: it is
// used when the next look finds the same.
std::string try_to_read(Secret& secret, const VerifyScheme& scheme) {
  const std::string before = std::exchange(secret.value, "");
  try {
    read_secret(secret, scheme);
    if (secret.value == before) return "";
    secret.key.clear();
    return secret.unusable;
  } catch (const HostError& error) {
    secret.key.clear();
    return error.what();
  }
}

bool complete(const VerifyConfig& verify) {
  return std::all_of(verify.secrets.begin(), verify.secrets.end(),
                     [](const Secret& one) { return one.unusable.empty(); });
}

// Whether there will be something to do: one is not there, or will expire.
bool goes_on(const VerifyConfig& verify, TimePoint now) {
  return !complete(verify) ||
         std::any_of(verify.secrets.begin(), verify.secrets.end(),
                     [&](const Secret& one) { return one.not_after && one.in_force(now); });
}

SecretWatch::Verify look_again(const VerifyConfig& known) {
  auto verify = std::make_shared<VerifyConfig>(known);
  for (Secret& secret : verify->secrets)
    if (!secret.unusable.empty()) secret.unusable = try_to_read(secret, verify->scheme);
  return verify;
}

}  // namespace

// Of a retired source nothing is verified, and its secrets may be gone.
SecretWatch::SecretWatch(const std::vector<SourceConfig>& sources, const Clock& clock)
    : clock_(clock) {
  for (const SourceConfig& source : sources)
    sources_.try_emplace(source.name, std::make_shared<const VerifyConfig>(
                                          source.retired ? VerifyConfig{} : source.verify));
}

// Each reason once: of a secret that is not there, that is no good, and of the last that expired.
void SecretWatch::tell(const std::string& source, const VerifyConfig& verify) {
  const TimePoint now = clock_.now();
  std::map<std::string, std::string> why;
  for (UnusableSecret& secret : verify.unusable(now)) why[secret.name] = std::move(secret.why);
  for (const Secret& secret : verify.secrets) {
    const std::string& reason = why[secret.name];
    std::string& told = told_[{source, secret.name}];
    if (reason == told) continue;
    told = reason;
    if (reason.empty() && !secret.in_force(now)) continue;  // another one is in force again
    if (reason.empty())
      log_info("secret_read", {{"source", source}, {"secret", secret.name}});
    else
      (verify.can_verify(now) ? log_warning : log_error)(
          "secret_unusable", {{"source", source}, {"secret", secret.name}, {"error", reason}});
  }
}

SecretWatch::Verify SecretWatch::verify_of(const std::string& source) const {
  return sources_.at(source).with([](const Verify& verify) { return verify; });
}

void SecretWatch::start() {
  bool more = false;
  for (const auto& [source, unused] : sources_) {
    const Verify verify = verify_of(source);
    tell(source, *verify);
    more = more || goes_on(*verify, clock_.now());
  }
  if (more) thread_ = std::jthread([this] { loop(); });
}

void SecretWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool SecretWatch::look() {
  bool more = false;
  for (auto& [source, current] : sources_) {
    Verify verify = verify_of(source);
    if (!complete(*verify)) {
      verify = look_again(*verify);
      current.with([&](Verify& known) { known = verify; });
    }
    tell(source, *verify);
    more = more || goes_on(*verify, clock_.now());
  }
  return more;
}

void SecretWatch::loop() {
  std::unique_lock lock(mutex_);
  bool more = true;
  while (more && !wake_.wait_for(lock, kEvery, [this] { return stopping_; })) {
    lock.unlock();
    try {
      more = look();
    } catch (const std::exception& error) {
      log_error("secret_watch_failed", {{"error", error.what()}});
    }
    lock.lock();
  }
}

}  // namespace fh
