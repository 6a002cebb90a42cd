#include "emulator/runner/vaults_given.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/platform/parameters/checks.h"
#include "emulator/platform/secrets/checks.h"
#include "emulator/platform/secrets/values.h"
#include "emulator/runner/scenario.h"
#include "middleware/kernel/json.h"

namespace emulator::runner {
namespace {

using config::object;
using config::Shape;
using kernel::Json;

/// A secret that is given by pointers, until all of them are there.
class Parts {
 public:
  /// False when the whole is given as well, or the pointer leads into another value.
  bool add(const secrets::Reference& reference, const std::string& value) {
    const std::string whole = reference.whole();
    if (reference.pointer.empty()) return texts_.emplace(whole, value).second && !parts_.contains(whole);
    if (texts_.contains(whole)) return false;
    try {
      Json& part = parts_[whole];
      part[Json::json_pointer(reference.pointer)] = value;
    } catch (const Json::exception&) {
      return false;
    }
    return true;
  }
  std::string text(const secrets::Reference& reference) const {
    const auto part = parts_.find(reference.whole());
    return part == parts_.end() ? texts_.at(reference.whole()) : kernel::json_text(part->second);
  }

 private:
  std::map<std::string, std::string> texts_;
  std::map<std::string, Json> parts_;
};

}  // namespace

bool is_stored(const secrets::Reference& reference) {
  return reference.kind == secrets::SourceKind::SecretsManager ||
         reference.kind == secrets::SourceKind::ParameterStore;
}

kernel::Result<> check_stored(const secrets::Reference& reference, const std::string& value) {
  if (reference.kind == secrets::SourceKind::ParameterStore) {
    if (auto fits = parameters::check_name(reference.name); !fits)
      return kernel::invalid(fits.error().message, reference.whole());
    const auto tier = parameters::tier_of(
        {.name = reference.name, .value = value, .tier = "Intelligent-Tiering", .tags = {}});
    if (!tier) return kernel::invalid(tier.error().message, reference.whole());
    return {};
  }
  if (auto fits = secrets_manager::check_name(reference.name); !fits)
    return kernel::invalid(fits.error().message, reference.whole());
  const auto fits = secrets_manager::value_in({.secret = reference.name, .text = value, .tags = {}});
  if (!fits) return kernel::invalid(fits.error().message, reference.whole());
  return {};
}

kernel::Result<StoredSecrets> stored_secrets(const SecretsGiven& given) {
  StoredSecrets stored;
  Parts parts;
  std::vector<secrets::Reference> references;
  for (const auto& [text, value] : given) {
    auto reference = secrets::parse_reference(text);
    if (!reference || !is_stored(*reference)) continue;
    if (auto fits = check_stored(*reference, value); !fits) return std::unexpected(fits.error());
    if (!parts.add(*reference, value)) {
      return kernel::invalid(
          "its value is given more than once, whole or by pointers that do not fit together",
          reference->whole());
    }
    references.push_back(std::move(*reference));
  }
  for (const secrets::Reference& reference : references) {
    if (reference.kind == secrets::SourceKind::ParameterStore) {
      stored.parameters[reference.name] = parts.text(reference);
      if (auto fits = check_stored(reference, stored.parameters[reference.name]); !fits)
        return std::unexpected(fits.error());
    } else {
      const std::string stage = reference.stage.empty() ? secrets_manager::kCurrent : reference.stage;
      stored.secrets[reference.name][stage] = parts.text(reference);
    }
  }
  for (const auto& [name, stages] : stored.secrets) {
    if (!stages.contains(secrets_manager::kCurrent))
      return kernel::invalid("the secret has no current value", "secretsmanager:" + name);
  }
  return stored;
}

const FunctionGiven* extended_function(const Given& given) {
  const auto found = std::ranges::find_if(
      given.functions, [](const FunctionGiven& function) { return function.extension && !function.process; });
  return found == given.functions.end() ? nullptr : &*found;
}

Shape<SecretsManagerQuotas> secrets_manager_quotas_shape() {
  return object<SecretsManagerQuotas>("the quotas of Secrets Manager", "Calls that the account may make.")
      .optional("reads", &SecretsManagerQuotas::reads, config::rate(), "GetSecretValue.")
      .optional("lists", &SecretsManagerQuotas::lists, config::rate(),
                "ListSecrets, and as many of BatchGetSecretValue.")
      .optional("writes", &SecretsManagerQuotas::writes, config::rate(),
                "Put, Update and UpdateVersionStage together; as many of Create and of Delete.")
      .done();
}

Shape<ParameterStoreQuotas> parameter_store_quotas_shape() {
  return object<ParameterStoreQuotas>("the quotas of Parameter Store", "Calls that the account may make.")
      .optional("reads", &ParameterStoreQuotas::reads, config::rate(),
                "GetParameter, GetParameters and GetParametersByPath together.")
      .optional("writes", &ParameterStoreQuotas::writes, config::rate(), "PutParameter.")
      .done();
}

VaultQuotas quotas_of(const SecretsManagerQuotas& secrets, const ParameterStoreQuotas& parameters) {
  VaultQuotas quotas;
  if (secrets.reads) quotas.secret_reads = secrets.reads->per_second;
  if (secrets.lists) quotas.secret_lists = secrets.lists->per_second;
  if (secrets.writes) quotas.secret_writes = secrets.writes->per_second;
  if (parameters.reads) quotas.parameter_reads = parameters.reads->per_second;
  if (parameters.writes) quotas.parameter_writes = parameters.writes->per_second;
  return quotas;
}

}  // namespace emulator::runner
