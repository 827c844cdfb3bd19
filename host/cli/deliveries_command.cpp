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
         members(delivery, {"source", "reason", "received_at", "duplicate_of", "jobs"}) +
         events_text(delivery.value("events", Json())) + block(delivery, "head") +
         block(delivery, "body");
}

}  // namespace

int run_deliveries_list(const Arguments& arguments) {
  const auto query = query_of(arguments, {"source", "status", "limit"});
  return show(arguments, AdminClient(arguments).get("/deliveries", query), list_text);
}

int run_deliveries_show(const Arguments& arguments) {
  const std::string id = checked_id(arguments.words.front());
  return show(arguments, AdminClient(arguments).get("/deliveries/" + id), delivery_text);
}

}  // namespace fh
