#include "crash/ledger.h"

#include "system/host_process.h"

namespace fh::test {
namespace {

constexpr int kRecordsPerSender = 3;
constexpr auto kBetween = 3ms;
constexpr auto kBeforeAnotherTry = 10ms;

}  // namespace

Ledger::Ledger(int senders) {
  for (int i = 0; i < senders; ++i) threads_.emplace_back([this, i] { work(i); });
}

Ledger::~Ledger() {
  given_up_ = true;
  stop();
}

void Ledger::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Ledger::work(int sender) {
  for (int i = 0; !stopping_; ++i) {
    const std::string record = std::to_string(sender) + "-" + std::to_string(i % kRecordsPerSender);
    send_until_answered({record, i / kRecordsPerSender + 1, 0});
    std::this_thread::sleep_for(kBetween);
  }
}

void Ledger::send_until_answered(Entry entry) {
  const RawRequest request =
      HostProcess::sign(field_update(entry.record, "witness", entry.value), "contact");
  for (bool again = false; !given_up_; again = true) {
    HttpClient client(port_);
    const auto reply = client.try_call(request);
    if (!reply || reply->status == 503) {
      if (!again) ++sent_again_;
      std::this_thread::sleep_for(kBeforeAnotherTry);
      continue;
    }
    const Json answer = reply->status == 200 ? reply->json() : Json::object();
    const std::string status = answer.value("status", "");
    // A duplicate is what it was told nothing of before.
    const bool expected = status == "accepted" || (status == "duplicate" && again);
    const std::lock_guard lock(mutex_);
    if (!expected)
      surprises_.push_back(entry.record + "=" + std::to_string(entry.value) + ": " +
                           std::to_string(reply->status) + " " + reply->body);
    if (status == "accepted") entry.delivery = answer.at("delivery");
    entries_.push_back(entry);
    ++count_;
    return;
  }
}

}  // namespace fh::test
