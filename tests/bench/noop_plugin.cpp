// Does nothing, so that a run costs what the host makes it cost. With the setting "starts" it notes
// when each run began: the record's id and CLOCK_REALTIME in nanoseconds, a line per run.
#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <fieldhook/plugin.hpp>

class Noop final : public fieldhook::Command {
 public:
  fieldhook::Outcome execute(const fieldhook::Contact& contact,
                             fieldhook::Context& context) override {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (context.settings().contains("starts")) note(contact.id(), now, context);
    return fieldhook::Outcome::done();
  }

 private:
  void note(const std::string& record, const timespec& now, fieldhook::Context& context) {
    if (fd_ < 0)
      fd_ = ::open(context.settings()["starts"].get_ref<const std::string&>().c_str(),
                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::string line =
        record + " " + std::to_string(now.tv_sec * 1'000'000'000LL + now.tv_nsec) + "\n";
    if (::write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
      throw std::runtime_error("the start could not be noted");
  }

  int fd_ = -1;
};

FIELDHOOK_PLUGIN(Noop, {
                           .name = "bench-noop",
                           .version = "1.0.0",
                           .watches = {fieldhook::contact("level2_review_status").changes()},
                       });
