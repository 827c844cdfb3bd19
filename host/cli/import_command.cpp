#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/record_file.h"
#include "cli/shown.h"
#include "cli/table.h"

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
  std::string text = cell(sum, "records") + " records: " + cell(sum, "accepted") + " accepted, " +
                     ignored_text(sum) + ", " + cell(sum, "duplicate") + " duplicate, " +
                     cell(sum, "failed") + " failed\n" + (dry ? "would make " : "made ") +
                     counted(sum.value("jobs", 0), "job") + "\n";
  for (const Json& one : sum["problems"])
    text += "  record " + cell(one, "record") + ": " + cell(one, "problem") + "\n";
  return text;
}

}  // namespace

int run_import(const Arguments& arguments) {
  if (!arguments.has("source")) throw UsageError("import needs --source NAME");
  const std::filesystem::path file = arguments.words.front();
  const std::vector<Json> records = read_records(file);
  AdminClient::Query query = query_of(arguments, {"source", "type"});
  if (file.extension() == ".csv") query.emplace_back("cells", "true");
  if (arguments.has("dry-run")) query.emplace_back("dry_run", "true");
  const AdminClient client(arguments);
  Json sum = {{"records", records.size()},
              {"dry_run", arguments.has("dry-run")},
              {"reasons", Json::object()},
              {"problems", Json::array()}};
  std::string batch;
  std::int64_t sent = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    batch += to_text(records[i]) + "\n";
    if (batch.size() < kBatchBytes && i + 1 < records.size()) continue;
    add(sum, client.post("/import", query, std::exchange(batch, {})), sent);
    sent = static_cast<std::int64_t>(i) + 1;
  }
  show(arguments, sum, import_text);
  return sum.value("failed", 0) == 0 ? kDone : kFailed;
}

}  // namespace fh
