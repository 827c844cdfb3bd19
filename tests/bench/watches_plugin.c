/* Watches one field for WATCHES values, "vSS-NNNN": set and number. It is never run. */
#include <fieldhook/abi.h>
#include <stdio.h>

enum { kBytesPerWatch = 96, kHeadBytes = 128 };

static char text[WATCHES * kBytesPerWatch + kHeadBytes];

static fieldhook_string manifest(fieldhook_reply reply) {
  fieldhook_string made = {text, 0};
  int at = snprintf(text, sizeof text, "{\"name\":\"%s\",\"version\":\"1.0.0\",\"watches\":[",
                    PLUGIN_NAME);
  (void)reply;
  for (int watch = 0; watch < WATCHES; ++watch)
    at += snprintf(text + at, sizeof text - (size_t)at,
                   "%s{\"record\":\"contact\",\"field\":\"level2_review_status\","
                   "\"becomes\":[\"v%02d-%04d\"]}",
                   watch == 0 ? "" : ",", WATCH_SET, watch);
  at += snprintf(text + at, sizeof text - (size_t)at, "]}");
  made.size = (size_t)at;
  return made;
}

static void* create(fieldhook_reply reply) {
  static char instance;
  (void)reply;
  return &instance;
}

static void execute(void* instance, const fieldhook_job* job, const fieldhook_host* host,
                    fieldhook_run* run) {
  fieldhook_string nothing = {"", 0};
  (void)instance;
  (void)job;
  host->done(run, nothing);
}

const fieldhook_plugin_table fieldhook_plugin = {
    .abi_major = FIELDHOOK_ABI_MAJOR,
    .abi_minor = FIELDHOOK_ABI_MINOR,
    .struct_size = sizeof(fieldhook_plugin_table),
    .manifest = manifest,
    .create = create,
    .execute = execute,
};
