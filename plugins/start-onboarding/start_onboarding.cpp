// start-onboarding: when a company's onboarding_stage becomes "Started", writes its checklist, one
// line a step. A run that is cut short is followed by one that goes on with the first step whose
// result is not on disk yet; the steps before it are not repeated.
//
// Settings (plugins.settings of the host's configuration):
//   outbox    required: the folder for checklists, made if need be
//   pause_ms  0 to 60000, default 0: how long to wait between two steps
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fieldhook/plugin.hpp>
#include <filesystem>
#include <system_error>
#include <thread>

namespace {

using fieldhook::Json;
using fieldhook::Millis;
using fieldhook::Outcome;

constexpr const char* kSteps[] = {"create the workspace", "invite the contacts",
                                  "book the first call"};
constexpr int kStepCount = std::size(kSteps);
constexpr std::int64_t kMaxPauseMs = 60'000;

class File {
 public:
  File(std::filesystem::path path, int flags)
      : path_(std::move(path)), fd_(::open(path_.c_str(), flags | O_CLOEXEC, 0640)) {
    if (fd_ < 0) fail();
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }

  off_t size() const { return ::lseek(fd_, 0, SEEK_END); }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) fail();
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() {
    if (::fsync(fd_) != 0) fail();
  }
  void cut(off_t size) {
    if (::ftruncate(fd_, size) != 0) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::generic_category(), path_.string());
  }

  const std::filesystem::path path_;
  const int fd_;
};

// On disk when it returns. When it throws, for want of room, the file is as it was.
void append_line(const std::filesystem::path& path, const std::string& line) {
  File file(path, O_WRONLY | O_APPEND | O_CREAT);
  const off_t before = file.size();
  try {
    file.write(line);
    file.sync();
  } catch (const std::system_error&) {
    file.cut(before);
    throw;
  }
  // A new file's name is on disk only once its folder is.
  if (before == 0) File(path.parent_path(), O_RDONLY | O_DIRECTORY).sync();
}

// False: the host wants the run to end.
bool pause(Millis length, const fieldhook::Context& context) {
  constexpr Millis kLook(20);
  const auto until = std::chrono::steady_clock::now() + length;
  while (!context.cancelled() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(kLook);
  return !context.cancelled();
}

class StartOnboarding final : public fieldhook::Command {
 public:
  using Command::execute;

  Outcome execute(const fieldhook::Company& company, fieldhook::Context& context) override {
    const Json& settings = context.settings();
    if (!settings.contains("outbox") || !settings["outbox"].is_string())
      return Outcome::fail("setting outbox is missing: name a folder for the checklists");
    const Json pause_ms = settings.value("pause_ms", Json(0));
    if (!pause_ms.is_number_integer() || pause_ms < 0 || pause_ms > kMaxPauseMs)
      return Outcome::fail("setting pause_ms must be a whole number from 0 to 60000");
    return write_checklist(company, context, settings["outbox"].get<std::string>(),
                           Millis(pause_ms.get<std::int64_t>()));
  }

 private:
  static Outcome write_checklist(const fieldhook::Company& company, fieldhook::Context& context,
                                 const std::filesystem::path& outbox, Millis between) {
    std::filesystem::create_directories(outbox);
    // The same name in every run of this job, and in no other job.
    const auto file = outbox / (context.idempotency_key("checklist") + ".txt");
    const std::string name = Json(company.get<std::string>("company_name").value_or("?")).dump();
    for (int i = 0; i < kStepCount; ++i) {
      if (i > 0 && !pause(between, context))
        return Outcome::retry("asked to stop; the steps that are done stay done");
      const std::string step = kSteps[i];
      context.step(step, [&] {
        append_line(file, std::to_string(i + 1) + ". " + step + " for " + name + " (run " +
                              std::to_string(context.run()) + ")\n");
      });
      // From here on this step's result is on disk.
      context.progress(100 * (i + 1) / kStepCount, step);
    }
    return Outcome::done({{"checklist", file.string()}});
  }
};

}  // namespace

// clang-format off
FIELDHOOK_PLUGIN(StartOnboarding, {
    .name = "start-onboarding",
    .version = "1.0.0",
    .watches = {fieldhook::company("onboarding_stage").becomes("Started")},
    .description = "writes a checklist for a company whose onboarding has started",
});
