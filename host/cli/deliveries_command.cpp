#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/shown.h"
#include "cli/table.h"

namespace fh {
namespace {

std::string list_text(const Json& deliveries) {
  if (deliveries.empty()) return "no deliveries match\n";
  Table table({"DELIVERY", "STATUS", "REASON", "SOURCE", "RECEIVED", "JOBS"});
  for (const Json& delivery : deliveries)
    table.add({cell(delivery, "id"), cell(delivery, "status"), cell(delivery, "reason"),
               cell(delivery, "source"), cell(delivery, "received_at"), cell(delivery, "jobs")});
  return table.text();
}

std::string events_text(const Json& events) {
  if (!events.is_array() || events.empty()) return "\nno events\n";
  Table table({"EVENT", "KIND", "RECORD", "CHANGES"});
  for (const Json& event : events)
    table.add({cell(event, "id"), cell(event, "kind"), record_text(event.value("record", Json())),
               cell(event, "changes")});
  return "\n" + table.text();
}

// A text as it is, anything else as indented JSON.
std::string block(const Json& delivery, const char* key) {
  const Json value = delivery.value(key, Json());
  if (value.is_null()) return "";
  const std::string text = value.is_string() ? value.get<std::string>() : to_text(value, 2);
  return std::string("\n") + key + ":\n" + printable(text, true) + "\n";
}

std::string delivery_text(const Json& delivery) {
  return "delivery " + cell(delivery, "id") + ": " + cell(delivery, "status") + "\n" +
         members(delivery, {"source", "reason", "received_at", "duplicate_of", "secret", "jobs"}) +
         events_text(delivery.value("events", Json())) + block(delivery, "head") +
         block(delivery, "body");
}

std::string refused_text(const Json& refused) {
  if (refused.empty()) return "no request was refused\n";
  Table table({"AT", "SOURCE", "STATUS", "FROM", "WHY"});
  for (const Json& one : refused)
    table.add({cell(one, "at"), cell(one, "source"), cell(one, "status"),
               cell(one, "remote_address"), cell(one, "text")});
  return table.text();
}

std::string pointer_text(const Json& one) {
  const std::string pointer = cell(one, "pointer");
  return pointer.empty() ? "the body itself" : pointer;
}

std::string explained_text(const Json& delivery) {
  std::string text = "delivery " + cell(delivery, "id") + ": " + cell(delivery, "status") + "\n" +
                     members(delivery, {"source", "reason", "received_at", "secret", "jobs",
                                        "unmapped", "ignored"});
  if (const Json mapping = delivery.value("mapping", Json::array()); !mapping.empty()) {
    Table table({"PART", "POINTER", "FOUND"});
    for (const Json& one : mapping)
      table.add({cell(one, "part"), pointer_text(one), one.value("found", false) ? "yes" : "no"});
    text += "\n" + table.text();
  }
  for (const Json& event : delivery.value("events", Json::array())) {
    text += "\n" + cell(event, "kind") + " " + cell(event, "record") + ", " + cell(event, "mode") +
            "\n  changes " + cell(event, "changes") + "\n";
    if (!event.value("no_job", Json()).is_null())
      text += "  no job: " + cell(event, "no_job") + "\n";
    Table table({"PLUGIN", "WATCH", "MET", "WHY NOT"});
    for (const Json& watch : event.value("watches", Json::array()))
      table.add({cell(watch, "plugin"), cell(watch, "watch"),
                 watch.value("met", false) ? "yes" : "no", cell(watch, "why")});
    text += table.text();
  }
  return text;
}

std::string would(const Json& done) { return done.value("dry_run", false) ? "would make " : ""; }

}  // namespace

int run_deliveries_list(const Arguments& arguments) {
  // The host says which of them it does not take of refused requests.
  const auto query = query_of(arguments, {"source", "status", "reason", "since", "until", "limit"});
  if (arguments.has("refused"))
    return show(arguments, AdminClient(arguments).get("/refused", query), refused_text);
  return show(arguments, AdminClient(arguments).get("/deliveries", query),
              [&](const Json& list) { return list_text(list) + cut_text(arguments, list); });
}

int run_deliveries_show(const Arguments& arguments) {
  const std::string id = checked_id(arguments.words.front());
  return show(arguments, AdminClient(arguments).get("/deliveries/" + id), delivery_text);
}

int run_deliveries_explain(const Arguments& arguments) {
  const std::string id = checked_id(arguments.words.front());
  return show(arguments, AdminClient(arguments).get("/deliveries/" + id + "/explain"),
              explained_text);
}

int run_deliveries_replay(const Arguments& arguments) {
  const auto filters = query_of(arguments, {"source", "status", "reason", "since", "until"});
  auto query = query_of(arguments, {"plugin"});
  if (arguments.has("dry-run")) query.emplace_back("dry_run", "true");
  const AdminClient client(arguments);
  if (!arguments.words.empty()) {
    if (!filters.empty()) throw UsageError("deliveries replay takes an ID or filters, not both");
    const std::string id = checked_id(arguments.words.front());
    return show(arguments, client.post("/deliveries/" + id + "/replay", query),
                [](const Json& done) {
                  return "delivery " + cell(done, "delivery") + ": " + would(done) +
                         counted(done.value("jobs", 0), "job") + " " + cell(done, "plugins") + "\n";
                });
  }
  if (filters.empty())
    throw UsageError(
        "deliveries replay needs an ID, or filters: --source NAME, --status STATUS, "
        "--reason TEXT, --since TIME");
  query.insert(query.end(), filters.begin(), filters.end());
  const Json done = client.post("/deliveries/replay", query);
  show(arguments, done, [](const Json& all) {
    return std::to_string(all.value("matched", 0)) + " deliveries matched, " + would(all) +
           counted(all.value("jobs", 0), "job") + ", " + cell(all, "failed") + " failed\n" +
           problems_text(all, "delivery");
  });
  return done.value("failed", 0) == 0 ? kDone : kFailed;
}

}  // namespace fh
