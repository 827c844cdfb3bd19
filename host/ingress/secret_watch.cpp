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

}  // namespace

// Of a retired source nothing is verified, and its secrets may be gone.
SecretWatch::SecretWatch(const std::vector<SourceConfig>& sources, const Clock& clock)
    : clock_(clock) {
  for (const SourceConfig& source : sources)
    sources_.try_emplace(source.name, std::make_shared<const VerifyConfig>(
                                          source.retired ? VerifyConfig{} : source.verify));
}

void SecretWatch::log_unusable(const std::string& source, const VerifyConfig& verify,
                               const UnusableSecret& secret) const {
  (verify.can_verify(clock_.now()) ? log_warning : log_error)(
      "secret_unusable", {{"source", source}, {"secret", secret.name}, {"error", secret.why}});
}

SecretWatch::Verify SecretWatch::look_again(const std::string& source,
                                            const VerifyConfig& known) const {
  auto verify = std::make_shared<VerifyConfig>(known);
  std::vector<const Secret*> changed;
  for (Secret& secret : verify->secrets) {
    if (secret.unusable.empty()) continue;
    std::string why = try_to_read(secret, verify->scheme);
    if (std::exchange(secret.unusable, why) != why) changed.push_back(&secret);
  }
  for (const Secret* secret : changed) {
    if (secret->unusable.empty())
      log_info("secret_read", {{"source", source}, {"secret", secret->name}});
    else
      log_unusable(source, *verify, {secret->name, secret->unusable});
  }
  return verify;
}

SecretWatch::Verify SecretWatch::verify_of(const std::string& source) const {
  return sources_.at(source).with([](const Verify& verify) { return verify; });
}

void SecretWatch::start() {
  bool all = true;
  for (const auto& [source, unused] : sources_) {
    const Verify verify = verify_of(source);
    all = all && complete(*verify);
    for (const UnusableSecret& secret : verify->unusable(clock_.now()))
      log_unusable(source, *verify, secret);
  }
  if (!all) thread_ = std::jthread([this] { loop(); });
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
  bool all = true;
  for (auto& [source, current] : sources_) {
    const Verify known = verify_of(source);
    if (complete(*known)) continue;
    const Verify now = look_again(source, *known);
    current.with([&](Verify& verify) { verify = now; });
    all = all && complete(*now);
  }
  return !all;
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
