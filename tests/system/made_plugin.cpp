#include "system/made_plugin.h"

#include <fstream>
#include <stdexcept>

#include "system/program.h"

namespace fh::test {
namespace {

// JSON's escapes are C's as well, as long as the text is ASCII.
std::string source_of(const Json& manifest, const std::string& deed) {
  return "#include <fieldhook/abi.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
         "static fieldhook_string manifest(fieldhook_reply reply) {\n"
         "  static const char text[] = " +
         to_text(Json(to_text(manifest))) +
         ";\n"
         "  fieldhook_string string = {text, sizeof text - 1};\n"
         "  (void)reply;\n  return string;\n}\n"
         "static void* create(fieldhook_reply reply) {\n"
         "  static char instance;\n  (void)reply;\n  return &instance;\n}\n"
         "static void execute(void* instance, const fieldhook_job* job,\n"
         "                    const fieldhook_host* host, fieldhook_run* run) {\n"
         "  fieldhook_string none = {0, 0};\n"
         "  (void)instance; (void)job; (void)host; (void)run; (void)none;\n  " +
         deed +
         "\n}\n"
         "const fieldhook_plugin_table fieldhook_plugin = {\n"
         "  .abi_major = FIELDHOOK_ABI_MAJOR, .abi_minor = FIELDHOOK_ABI_MINOR,\n"
         "  .struct_size = sizeof(fieldhook_plugin_table), .manifest = manifest,\n"
         "  .create = create, .execute = execute};\n";
}

}  // namespace

std::string deed_until(const std::filesystem::path& file) {
  return "struct timespec t = {0, 1000000};\n  while (fopen(" + to_text(Json(file.string())) +
         ", \"r\") == 0) nanosleep(&t, 0);\n  " + kDoneDeed;
}

Json watching(const std::string& name, const std::string& record, const std::string& field) {
  const Json watch = {{"record", record}, {"field", field}, {"changes", true}};
  return {{"name", name}, {"version", "1.0.0"}, {"watches", Json::array({watch})}};
}

void make_plugin(const std::filesystem::path& file, const Json& manifest, const std::string& deed) {
  const std::string source = file.string() + ".c";
  std::ofstream(source) << source_of(manifest, deed);
  const Ran compiled = run_program({"/usr/bin/env", "cc", "-shared", "-fPIC", "-I",
                                    std::string(FIELDHOOK_SOURCE_DIR) + "/sdk/include", source,
                                    "-o", file.string()});
  std::filesystem::remove(source);
  if (compiled.code != 0) throw std::runtime_error("cc: " + compiled.err);
}

}  // namespace fh::test
