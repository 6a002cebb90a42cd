#include "emulator/runner/vaults.h"

#include <nlohmann/json.hpp>

#include "emulator/edge/secrets_manager.h"
#include "emulator/edge/ssm.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/wait.h"

namespace emulator::runner {
namespace {

using access::Quota;

std::vector<Quota> secret_quotas(const VaultQuotas& quotas) {
  return {{{"GetSecretValue"}, quotas.secret_reads},
          {{"ListSecrets"}, quotas.secret_lists},
          {{"BatchGetSecretValue"}, quotas.secret_lists},
          {{"PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"}, quotas.secret_writes},
          {{"CreateSecret"}, quotas.secret_writes},
          {{"DeleteSecret"}, quotas.secret_writes}};
}

std::vector<Quota> parameter_quotas(const VaultQuotas& quotas) {
  std::vector<Quota> all = {
      {{"GetParameter", "GetParameters", "GetParametersByPath"}, quotas.parameter_reads}};
  if (quotas.parameter_writes) all.push_back({{"PutParameter"}, *quotas.parameter_writes});
  return all;
}

}  // namespace

Vaults::Vaults(const VaultQuotas& quotas, const StoredSecrets& stored, std::uint64_t seed,
               Surroundings around)
    : scheduler_(around.scheduler),
      journal_(around.journal),
      secrets_gate_({.service = "secretsmanager", .internal_error = "InternalServiceError"},
                    secret_quotas(quotas), around.scheduler, around.journal),
      parameters_gate_({.service = "ssm", .internal_error = "InternalServerError"}, parameter_quotas(quotas),
                       around.scheduler, around.journal),
      tokens_(seed, "vaults"),
      secrets_({}, seed, around.scheduler, around.journal, around.functions),
      parameters_(seed, around.scheduler) {
  secrets_.tell_values(around.learn);
  parameters_.tell_values(std::move(around.learn));
  for (const auto& [name, stages] : stored.secrets) {
    const auto previous = stages.find(secrets_manager::kPrevious);
    if (previous != stages.end()) secrets_.set(name, previous->second);
    secrets_.set(name, stages.at(secrets_manager::kCurrent));
    for (const auto& [stage, value] : stages) {
      if (stage == secrets_manager::kCurrent || stage == secrets_manager::kPrevious) continue;
      const auto put =
          secrets_.put({.secret = name, .token = kernel::uuid4(tokens_), .text = value, .stages = {stage}});
      CHECK_THAT(put, put ? "" : put.error().message);
    }
  }
  for (const auto& [name, value] : stored.parameters) {
    rotate({.kind = secrets::SourceKind::ParameterStore, .name = name, .stage = {}, .pointer = {}}, value);
  }
}

void Vaults::add_to(edge::Edge& edge) {
  edge.add(std::make_unique<edge::SecretsManager>(secrets_, secrets_gate_));
  edge.add(std::make_unique<edge::Ssm>(parameters_, parameters_gate_));
}

edge::Extension& Vaults::extend(const std::string& function, const edge::ExtensionConfig& config,
                                const std::string& token) {
  extensions_.push_back(std::make_unique<edge::Extension>(
      config, function, token,
      edge::ExtensionPorts{secrets_, secrets_gate_, parameters_, parameters_gate_, scheduler_, journal_}));
  return *extensions_.back();
}

std::string Vaults::value_of(const secrets::Reference& reference) {
  if (reference.kind == secrets::SourceKind::SecretsManager) {
    const auto read = secrets_.read({.secret = reference.name, .stage = reference.stage});
    return read ? read->version.value->bytes : std::string{};
  }
  const auto read = parameters_.read(reference.name, true);
  return read ? read->version.value : std::string{};
}

kernel::Task<void> Vaults::hold(SecretAction action, std::optional<kernel::Timestamp> until) {
  if (action.rotate) {
    journal_.fault({.rule = action.name, .target = action.of, .n = 1, .fired = true});
    rotate(*action.reference, *action.rotate);
    co_return;
  }
  access::Gatekeeper& gate = gate_of(action.kind);
  gate.disturb({.name = action.name,
                .trouble = *action.trouble,
                .resource = action.reference ? action.reference->name : std::string{},
                .delay = action.delay});
  if (!until) co_return;
  co_await kernel::sleep_until(scheduler_, *until);
  gate.lift(action.name);
}

void Vaults::rotate(const secrets::Reference& reference, const std::string& value) {
  std::string whole = value;
  if (!reference.pointer.empty()) {
    auto json = kernel::parse_json(value_of(reference));
    if (!json || kernel::json_at(*json, reference.pointer) == nullptr) {
      journal_.log({.level = kernel::LogLevel::Warn,
                    .source = "vaults",
                    .message = "nothing is rotated: there is no value at " + reference.pointer});
      return;
    }
    (*json)[kernel::Json::json_pointer(reference.pointer)] = value;
    whole = kernel::json_text(*json);
  }
  if (reference.kind == secrets::SourceKind::SecretsManager) return secrets_.set(reference.name, whole);
  const auto put = parameters_.put({.name = reference.name,
                                    .value = whole,
                                    .type = parameters::kSecureString,
                                    .overwrites = true,
                                    .tier = "Intelligent-Tiering"});
  if (put) return;
  // A hundred versions of which the oldest has a label, or a type that a client changed.
  journal_.log({.level = kernel::LogLevel::Warn,
                .source = "vaults",
                .message = "nothing is rotated: " + put.error().message});
}

}  // namespace emulator::runner
