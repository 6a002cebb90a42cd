#include "emulator/runner/stack_secrets.h"

#include <algorithm>
#include <optional>

#include "emulator/arn/arn.h"
#include "emulator/runner/vaults_given.h"
#include "emulator/runtime/function.h"

namespace emulator::runner {
namespace {

/// What Lambda and App Runner tell every program, as far as it decides how secrets are asked for.
std::optional<std::string> variable(const std::string& name) {
  if (name == "AWS_REGION") return std::string(kRegion);
  if (name == "AWS_ACCESS_KEY_ID") return "ASIARELAYRIGPROGRAM0";
  if (name == "AWS_SECRET_ACCESS_KEY") return "signatures-are-not-verified";
  if (name == "AWS_SESSION_TOKEN") return runtime::kSessionToken;
  return std::nullopt;
}

/// In a function: the port is the network's affair, as is every address.
std::optional<std::string> variable_beside_extension(const std::string& name) {
  if (name == "AWS_LAMBDA_RUNTIME_API") return "127.0.0.1:9001";
  if (name == "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT") return "2773";
  return variable(name);
}

bool is_in_store(const std::string& text) {
  const auto reference = secrets::parse_reference(text);
  return reference && is_stored(*reference);
}

}  // namespace

StackSecrets::StackSecrets(const SecretsGiven& given, kernel::Scheduler& scheduler,
                           kernel::HttpClient& client, std::uint64_t seed, bool has_extension)
    : given_(given),
      program_(has_extension ? variable_beside_extension : variable, scheduler, client, redactor_, seed) {}

kernel::Task<kernel::Result<std::string>> StackSecrets::get(std::string reference) {
  if (is_in_store(reference)) return program_.provider().get(std::move(reference));
  return given_.get(std::move(reference));
}

void StackSecrets::forget(const std::string& reference) {
  if (is_in_store(reference)) program_.provider().forget(reference);
}

bool StackSecrets::are_in_stores(const SecretsGiven& given) {
  return std::ranges::any_of(given, [](const auto& secret) { return is_in_store(secret.first); });
}

}  // namespace emulator::runner
