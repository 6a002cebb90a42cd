#pragma once
// The secrets of a rehearsal by name, so that none is written down: what `given.secrets` stands for, what
// logs in to the org (secrets of its apps, passwords of its users), and variables of processes that hold one
// by their name.
//
// ASSUMPTION: a variable holds a secret when its name has one of the words SECRET, PASSWORD, PASSWD, TOKEN,
// CREDENTIAL, API_KEY, PRIVATE_KEY, ACCESS_KEY or SIGNING_KEY in it. Values of fewer than four characters are
// not looked for.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/secrets/redactor.h"

namespace emulator::runner {

struct Given;

class KnownSecrets {
 public:
  KnownSecrets() = default;
  explicit KnownSecrets(const Given& given);

  /// From now on. `name` is what people know the secret by: "env:ERP_TOKEN".
  void learn(const std::string& name, std::string_view value);

  /// What a store holds. Of a secret in JSON also each value by itself whose key has one of the words.
  void learn_stored(const std::string& name, std::string_view value);

  bool is_empty() const { return by_name_.empty(); }
  /// Plain, and as JSON, percent-encoding and base64 carry it.
  bool finds_any(std::string_view text) const { return all_.finds_any(text); }
  /// The name of one whose value stands in `text`.
  std::optional<std::string> first_in(std::string_view text) const;
  /// With "[redacted]" in place of each value.
  std::string redacted(std::string_view text) const { return all_.redacted(std::string(text)); }

 private:
  void learn_values(const std::string& name, const kernel::Json& value);

  secrets::Redactor all_;
  std::vector<std::pair<std::string, secrets::Redactor>> by_name_;
};

}  // namespace emulator::runner
