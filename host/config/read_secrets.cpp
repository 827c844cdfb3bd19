// The parts of ConfigReader that read secrets. Nothing here prints a value that might be one.

#include "config/config_reader.h"

namespace fh {
namespace {

constexpr std::size_t kMostSecrets = 16;  // each is tried on every request

void check_names(ConfigReader& in, const std::string& key, const std::vector<Secret>& secrets) {
  std::set<std::string> names;
  for (const Secret& secret : secrets)
    if (!secret.name.empty() && !names.insert(secret.name).second)
      in.mistake(key, "has two items named \"" + secret.name + "\"");
}

void resolve(Secret& secret, bool may_wait) {
  try {
    secret.value = secret.from.resolve();
  } catch (const SecretMissing& missing) {
    if (!may_wait) throw;
    secret.unusable = missing.what();
  }
}

}  // namespace

std::optional<SecretRef> ConfigReader::secret_ref(const std::string& key) {
  const std::string* value = ask_text(key);
  if (value == nullptr) {
    if (!has(key)) mistake(key, "is missing");
    return std::nullopt;
  }
  auto reference = SecretRef::parse(*value, reading_.folder);
  if (!reference)
    mistake(key,
            "must be a reference (env:NAME, file:PATH or credential:NAME), "
            "not the secret itself");
  return reference;
}

std::vector<Secret> ConfigReader::secrets(const std::string& key, const SecretTerms& terms) {
  std::vector<Secret> secrets;
  each_item(key, [&](ConfigReader& item) {
    const std::string name = item.text("name");
    const auto from = item.secret_ref("from");
    const auto not_after = terms.not_after ? terms.not_after(item) : std::nullopt;
    if (!from) return;
    Secret& secret = secrets.emplace_back(Secret{name, *from});
    secret.not_after = not_after;
    try {
      if (item.reading_.options.read_secrets) resolve(secret, terms.may_wait);
      if (terms.decode && !secret.value.empty()) terms.decode(secret);
    } catch (const HostError& error) {
      item.mistake("from", std::string("cannot be used: ") + error.what());
    }
  });
  const Json* list = find(key);
  if (list != nullptr && list->is_array() && list->empty())
    mistake(key, "is empty: give at least one");
  if (secrets.size() > kMostSecrets)
    mistake(key, "has more than " + std::to_string(kMostSecrets) + " items");
  check_names(*this, key, secrets);
  return secrets;
}

std::map<std::string, SecretRef> ConfigReader::secret_refs() {
  std::map<std::string, SecretRef> references;
  if (object_ == nullptr) return references;
  for (const auto& [name, value] : object_->items()) {
    if (name.empty()) reading_.mistake(place_ + ":", "a secret's name must not be empty");
    if (const auto reference = secret_ref(name)) references.emplace(name, *reference);
  }
  return references;
}

}  // namespace fh
