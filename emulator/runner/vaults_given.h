#pragma once
// What a deployment says of Secrets Manager and Parameter Store: which values they hold, and the quotas of
// the account.
//
// Source: facts/aws-platform 2 and 3, Quotas. ASSUMPTION: nothing limits PutParameter unless the scenario
// does so: only "a few calls a second" is known of it.
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulator/runner/rig_secrets.h"
#include "middleware/config/reader.h"
#include "middleware/secrets/reference.h"

namespace emulator::runner {

/// Calls a second.
struct VaultQuotas {
  double secret_reads = 10'000;              ///< GetSecretValue
  double secret_lists = 100;                 ///< ListSecrets, and as many of BatchGetSecretValue
  double secret_writes = 50;                 ///< Put, Update and UpdateVersionStage together; Create; Delete
  double parameter_reads = 40;               ///< GetParameter, GetParameters and GetParametersByPath together
  std::optional<double> parameter_writes{};  ///< PutParameter
};

/// Values by stage ("AWSCURRENT"), by name.
struct StoredSecrets {
  std::map<std::string, std::map<std::string, std::string>> secrets{};
  std::map<std::string, std::string> parameters{};

  bool is_empty() const { return secrets.empty() && parameters.empty(); }
};

/// Whether a reference leads to one of the two stores.
bool is_stored(const secrets::Reference& reference);

/// What the stores hold at the start. The error names the reference that is wrong: a name that AWS does not
/// take, a value given whole and by pointer, a previous value without a current one.
kernel::Result<StoredSecrets> stored_secrets(const SecretsGiven& given);

/// Whether a store can hold `value` under this reference: its name and its size.
kernel::Result<> check_stored(const secrets::Reference& reference, const std::string& value);

struct Given;
struct FunctionGiven;
/// The function of the middleware's own code that has an extension; null when there is none.
const FunctionGiven* extended_function(const Given& given);

/// `account.secrets_manager` and `account.parameter_store`.
struct SecretsManagerQuotas {
  std::optional<config::Rate> reads{};
  std::optional<config::Rate> lists{};
  std::optional<config::Rate> writes{};
};
struct ParameterStoreQuotas {
  std::optional<config::Rate> reads{};
  std::optional<config::Rate> writes{};
};
config::Shape<SecretsManagerQuotas> secrets_manager_quotas_shape();
config::Shape<ParameterStoreQuotas> parameter_store_quotas_shape();
VaultQuotas quotas_of(const SecretsManagerQuotas& secrets, const ParameterStoreQuotas& parameters);

}  // namespace emulator::runner
