// A plugin's manifest: it can be used, or every mistake is told.
#include "domain/manifest.h"

#include "fuzz/fuzz_target.h"

FUZZ_TARGET(manifest) {
  const ParsedManifest parsed = manifest_from_text(input.rest());
  for (const std::string& mistake : parsed.mistakes) MUST_HOLD(!mistake.empty());
  if (!parsed.mistakes.empty()) return;
  const Manifest& manifest = parsed.manifest;
  MUST_HOLD(!manifest.name.empty() && manifest.name.size() <= kMaxPluginName);
  MUST_HOLD(manifest.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") ==
            std::string::npos);
  MUST_HOLD(manifest.watches.size() <= kMaxWatches);
}
