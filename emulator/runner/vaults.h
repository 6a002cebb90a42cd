#pragma once
// Secrets Manager and Parameter Store of a world: filled from what the deployment gives, and reached by the
// middleware, the function and everybody's clients over the edge.
//
// Of `given.secrets`, references "secretsmanager:ID" and "ssm:NAME" are what the stores hold at the start:
// a secret whose value is current (with ?stage=AWSPREVIOUS: was before), a parameter of type SecureString.
// With "#/pointer" they are one value of a secret in JSON, which is put together from all of them.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/edge/edge.h"
#include "emulator/edge/extension.h"
#include "emulator/platform/access/gatekeeper.h"
#include "emulator/platform/parameters/parameter_store.h"
#include "emulator/platform/secrets/secrets_manager.h"
#include "emulator/runner/vault_line.h"
#include "emulator/runner/vaults_given.h"

namespace emulator::runner {

/// Is told of every value that a store holds, before anybody can read it.
using LearnSecret = std::function<void(const std::string& name, std::string_view value)>;

class Vaults {
 public:
  struct Surroundings {
    kernel::Scheduler& scheduler;
    kernel::Journal& journal;
    lambda::FunctionInvoker& functions;  ///< that rotate
    LearnSecret learn{};                 ///< may be empty
  };
  /// `stored` must be without problems (vaults_given.h).
  Vaults(const VaultQuotas& quotas, const StoredSecrets& stored, std::uint64_t seed, Surroundings around);

  /// Both services; the vaults outlive the edge.
  void add_to(edge::Edge& edge);

  /// The extension beside a function, which lives as long as the vaults. `token`: its AWS_SESSION_TOKEN.
  edge::Extension& extend(const std::string& function, const edge::ExtensionConfig& config,
                          const std::string& token);

  /// The secret or parameter that a reference names has this value from now on, as after a rotation by hand:
  /// the old one is AWSPREVIOUS, or the version before. With a pointer only that value of it changes. What
  /// cannot be done is a warning in the log.
  void rotate(const secrets::Reference& reference, const std::string& value);

  /// A line of the timeline: from now until then, or for good.
  kernel::Task<void> hold(SecretAction action, std::optional<kernel::Timestamp> until);

  access::Gatekeeper& gate_of(secrets::SourceKind kind) {
    return kind == secrets::SourceKind::ParameterStore ? parameters_gate_ : secrets_gate_;
  }
  secrets_manager::SecretsManager& secrets() { return secrets_; }
  parameters::ParameterStore& parameters() { return parameters_; }

 private:
  /// "" when there is none.
  std::string value_of(const secrets::Reference& reference);

  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  access::Gatekeeper secrets_gate_;
  access::Gatekeeper parameters_gate_;
  kernel::Random tokens_;
  secrets_manager::SecretsManager secrets_;
  parameters::ParameterStore parameters_;
  std::vector<std::unique_ptr<edge::Extension>> extensions_;
};

}  // namespace emulator::runner
