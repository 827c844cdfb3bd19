#include "worker/job_runner.h"

#include "worker/host_table.h"
#include "worker/process_setup.h"

namespace fh {
namespace {

fieldhook_string lend(const std::string& text) { return {text.data(), text.size()}; }

fieldhook_job job_of(const wire::Execute& work, const std::string& settings) {
  return {
      .struct_size = sizeof(fieldhook_job),
      .run = work.run,
      .attempt = work.attempt,
      .max_attempts = work.max_attempts,
      .job_id = work.job_id,
      .deadline_unix_ms = work.deadline_ms,
      .plugin = lend(work.plugin),
      .record_type = lend(work.record_type),
      .record_id = lend(work.record_id),
      .record = lend(work.record),
      .event = lend(work.event),
      .delivery = lend(work.delivery),
      .matched = lend(work.matched),
      .input = lend(work.input),
      .settings = lend(settings),
  };
}

}  // namespace

JobRunner::JobRunner(const PluginLibrary& library, HostLink& link)
    : plugin_(library.plugin()), link_(link), host_(host_table(link)) {}

void JobRunner::run_until_stopped() {
  for (;;) {
    auto work = link_.next_work();
    if (auto* start = std::get_if<wire::Start>(&work)) {
      settings_ = std::move(start->settings);
    } else if (const auto* execute = std::get_if<wire::Execute>(&work)) {
      run(*execute);
    } else {
      break;
    }
  }
  if (instance_ != nullptr && plugin_.destroy != nullptr) plugin_.destroy(instance_);
}

void JobRunner::run(const wire::Execute& work) {
  const auto job = job_of(work, settings_);
  auto* const handle = handle_of(link_.begin(work.job_id));
  if (prepare(job, handle)) plugin_.execute(instance_, &job, &host_, handle);
  // What the plugin printed belongs to this job, so it leaves before the job does.
  flush_output();
  link_.finish();
}

bool JobRunner::prepare(const fieldhook_job& job, fieldhook_run* handle) {
  if (instance_ == nullptr) {
    show_process_name({job.plugin.data, job.plugin.size});
    std::string reason;
    instance_ = plugin_.create(reply_into(reason));
    if (instance_ == nullptr) {
      reason = "the plugin could not be created: " + (reason.empty() ? "no reason given" : reason);
      host_.retry(handle, lend(reason), -1);
      return false;
    }
  }
  if (plugin_.already_done == nullptr) return true;
  const bool skip = plugin_.already_done(instance_, &job, &host_, handle) != 0;
  if (link_.has_outcome()) return false;
  return !skip || !link_.set_outcome(number_of(handle), {0, wire::RunOutcome::skipped, -1, ""});
}

}  // namespace fh
