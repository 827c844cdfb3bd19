#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/http_call.h"
#include "cli/record_file.h"
#include "cli/shown.h"
#include "cli/table.h"
#include "ingress/imported.h"

namespace fh {
namespace {

constexpr std::size_t kBatchBytes = 512 * 1024;

// One batch's result added to the sum; lines count on from the batches before.
void add(Json& sum, const Json& done, std::int64_t lines_before) {
  for (const char* count : {"accepted", "duplicate", "ignored", "jobs", "failed"})
    sum[count] = sum.value(count, std::int64_t(0)) + done.value(count, std::int64_t(0));
  const Json reasons = done.value("reasons", Json::object());
  for (const auto& [reason, count] : reasons.items())
    sum["reasons"][reason] =
        sum["reasons"].value(reason, std::int64_t(0)) + count.get<std::int64_t>();
  for (Json one : done.value("problems", Json::array())) {
    one["record"] = one.value("line", std::int64_t(0)) + lines_before;
    one.erase("line");
    sum["problems"].push_back(std::move(one));
  }
}

std::string in_words(const std::string& reason) {
  if (reason == "no_match") return "unchanged or not watched";
  if (reason == "first_seen") return "seen for the first time";
  return reason == "stale" ? "older than what is known" : reason;
}

// Why nothing came of those that were ignored.
std::string ignored_text(const Json& sum) {
  std::string text;
  for (const auto& [reason, count] : sum["reasons"].items())
    text += (text.empty() ? " (" : ", ") + cell(count) + " " + in_words(reason);
  return cell(sum, "ignored") + " ignored" + (text.empty() ? "" : text + ")");
}

std::string import_text(const Json& sum) {
  const bool dry = sum.value("dry_run", false);
  const bool stopped = sum.contains("stopped");
  std::string text =
      (stopped ? std::to_string(sum["stopped"]["record"].get<std::int64_t>() - 1) + " of " : "") +
      cell(sum, "records") + " records as of " + cell(sum, "as_of") + ": " + cell(sum, "accepted") +
      " accepted, " + ignored_text(sum) + ", " + cell(sum, "duplicate") + " duplicate, " +
      cell(sum, "failed") + " failed\n" + (dry ? "would make " : "made ") +
      counted(sum.value("jobs", 0), "job") + "\n";
  return text + problems_text(sum, "record");
}

// When the export was made, unless the command says otherwise: when its file was last changed. A
// second is added, for file systems keep times coarsely.
std::string as_of(const Arguments& arguments, const std::filesystem::path& file) {
  if (const auto given = arguments.option("as-of")) return *given;
  const auto changed = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(file));
  return rfc3339(std::chrono::floor<Millis>(changed) + std::chrono::seconds(1));
}

// Posts records batch by batch, and sums up what became of them.
class Batches {
 public:
  Batches(const AdminClient& client, AdminClient::Query query, Json& sum)
      : client_(client), query_(std::move(query)), sum_(sum) {}

  void take(const Json& record) {
    std::string line = to_text(record) + "\n";
    if (lines_.size() + line.size() > kBatchBytes) send();
    ++taken_;
    if (line.size() > kMostImported) {
      add(sum_, too_long(line.size()), taken_ - 1);
      sent_ = taken_;
    } else {
      lines_ += line;
    }
  }

  void send() {
    if (lines_.empty()) return;
    add(sum_, client_.post("/import", query_, std::exchange(lines_, {})), sent_);
    sent_ = taken_;
  }

  std::int64_t sent() const { return sent_; }

 private:
  static Json too_long(std::size_t size) {
    return {{"failed", 1},
            {"problems",
             {{{"line", 1},
               {"problem", "has " + std::to_string(size) + " bytes, and an import takes " +
                               std::to_string(kMostImported)}}}}};
  }

  const AdminClient& client_;
  const AdminClient::Query query_;
  Json& sum_;
  std::string lines_;       // of the next batch
  std::int64_t taken_ = 0;  // records
  std::int64_t sent_ = 0;   // of them, those that the sum is of
};

}  // namespace

int run_import(const Arguments& arguments) {
  if (!arguments.has("source")) throw UsageError("import needs --source NAME");
  const std::filesystem::path file = arguments.words.front();
  const std::vector<Json> records = read_records(file);
  AdminClient::Query query = query_of(arguments, {"source", "type"});
  if (file.extension() == ".csv") query.emplace_back("cells", "true");
  if (arguments.has("dry-run")) query.emplace_back("dry_run", "true");
  query.emplace_back("as_of", as_of(arguments, file));
  const AdminClient client(arguments);
  Json sum = {{"records", records.size()},
              {"as_of", query.back().second},
              {"dry_run", arguments.has("dry-run")},
              {"reasons", Json::object()},
              {"problems", Json::array()}};
  Batches batches(client, query, sum);
  const auto stop = [&](const HostError& why) {
    const std::int64_t next = batches.sent() + 1;
    sum["stopped"] = {{"record", next}, {"problem", why.what()}};
    show(arguments, sum, import_text);
    return "stopped in the batch that begins with record " + std::to_string(next) + ": " +
           why.what();
  };
  try {
    for (const Json& record : records) batches.take(record);
    batches.send();
    // Of a first batch that nobody took, or that was refused as a whole, nothing was done.
  } catch (const Unreachable& error) {
    if (batches.sent() == 0 && !error.asked()) throw;
    throw Unreachable(stop(error));
  } catch (const ApiProblem& problem) {
    if (batches.sent() == 0 && problem.status() < 500) throw;
    throw HostError(stop(problem));
  }
  show(arguments, sum, import_text);
  return sum.value("failed", 0) == 0 ? kDone : kFailed;
}

}  // namespace fh
