#include "cli/command.h"

namespace fh {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"send",
       "FILE",
       "sign FILE (- for standard input) as a source's sender would, and post it",
       {"source", "config", "id", "ingest-url"},
       run_send},
      {"verify",
       "REQUEST",
       "judge a stored request {method, url, headers, body} as a source would",
       {"source", "config", "at", "explain"},
       run_verify},
      {"status",
       "",
       "whether the host is ready, its jobs, plugins and sources",
       {"url", "token"},
       run_status},
      {"jobs list",
       "",
       "the latest jobs",
       {"url", "token", "state", "plugin", "record", "delivery", "limit"},
       run_jobs_list},
      {"jobs show", "ID", "one job with its runs", {"url", "token"}, run_jobs_show},
      {"jobs retry", "ID", "run a finished job again", {"url", "token"}, run_jobs_retry},
      {"deliveries list",
       "",
       "the latest deliveries",
       {"url", "token", "source", "status", "limit"},
       run_deliveries_list},
      {"deliveries show",
       "ID",
       "one delivery with its events, head and body",
       {"url", "token"},
       run_deliveries_show},
      {"plugins list", "", "every plugin and its state", {"url", "token"}, run_plugins_list},
      {"plugins show", "NAME", "one plugin with its watches", {"url", "token"}, run_plugins_show},
      {"plugins remove",
       "NAME",
       "end a plugin's watches and cancel its open jobs",
       {"url", "token"},
       run_plugins_remove},
      {"config check", "", "report every mistake of a configuration", {"config"}, run_config_check},
      {"config show",
       "",
       "a configuration with its defaults and presets, without its secrets",
       {"config"},
       run_config_show},
  };
  return table;
}

const std::vector<Option>& options() {
  static const std::vector<Option> table = {
      {"config", "FILE", "the configuration (else FIELDHOOK_CONFIG, else fieldhook.json)"},
      {"url", "URL", "the host's admin address (else FIELDHOOK_URL, else http://127.0.0.1:8081)"},
      {"token", "TOKEN", "the admin token (else FIELDHOOK_TOKEN, which no other user can see)"},
      {"source", "NAME", "a source of the configuration"},
      {"at", "UNIX_SECONDS", "as if it were then (else now)"},
      {"explain", "", "say what was signed, and with which secret's name"},
      {"id", "ID", "the delivery's id, as if its sender had given it"},
      {"ingest-url", "URL", "where to post (else the configuration's ingest.listen)"},
      {"state", "STATE", "only jobs in this state"},
      {"plugin", "NAME", "only jobs of this plugin"},
      {"record", "ID", "only jobs of this record"},
      {"delivery", "ID", "only jobs of this delivery"},
      {"status", "STATUS", "only deliveries with this status: accepted, duplicate, ignored"},
      {"limit", "N", "at most this many"},
      {"json", "", "print JSON for programs"},
      {"help", "", "print this"},
      {"version", "", "print the version"},
  };
  return table;
}

}  // namespace fh
