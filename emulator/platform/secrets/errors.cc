#include "emulator/platform/secrets/errors.h"

#include <utility>

namespace emulator::secrets_manager::errors {
namespace {

constexpr const char* kNotFound = "ResourceNotFoundException";
constexpr const char* kRequest = "InvalidRequestException";

std::string value_for(std::string_view what, std::string_view which) {
  return "Secrets Manager can't find the specified secret value for " + std::string(what) + ": " +
         std::string(which);
}

}  // namespace

Refusal no_secret() { return {kNotFound, "Secrets Manager can't find the specified secret."}; }

Refusal no_version_of_stage(std::string_view stage) { return {kNotFound, value_for("staging label", stage)}; }

Refusal no_version(std::string_view id) { return {kNotFound, value_for("VersionId", id)}; }

Refusal marked_for_deletion() {
  return {kRequest, "You can't perform this operation on the secret because it was marked for deletion."};
}

Refusal scheduled_name() {
  return {kRequest,
          "You can't create this secret because a secret with this name is already scheduled for deletion."};
}

Refusal stage_of_other_version() {
  return {kRequest, "You provided a VersionStage that is not associated to the provided VersionId."};
}

Refusal no_rotation_function() {
  return {kRequest, "No Lambda rotation function ARN is associated with this secret."};
}

Refusal cannot_invoke() {
  return {"AccessDeniedException",
          "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy "
          "grants access to the principal secretsmanager.amazonaws.com."};
}

Refusal rotation_in_progress() {
  return {kRequest, "A previous rotation isn't complete. That rotation will be reattempted."};
}

Refusal name_exists(std::string_view name) {
  return {"ResourceExistsException",
          "The operation failed because the secret " + std::string(name) + " already exists."};
}

Refusal token_in_use(std::string_view token, std::string_view arn) {
  return {"ResourceExistsException", "You can't use ClientRequestToken " + std::string(token) +
                                         " because that value is already in use for a version of secret " +
                                         std::string(arn) + "."};
}

Refusal invalid_name() {
  return {"ValidationException",
          "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
          "-/_+=.@!"};
}

Refusal token_needed() {
  return {kRequest, "You must provide a ClientRequestToken value. We recommend a UUID-type value."};
}

Refusal invalid_request(std::string message) { return {kRequest, std::move(message)}; }

Refusal invalid_parameter(std::string message) { return {"InvalidParameterException", std::move(message)}; }

Refusal invalid_next_token() { return {"InvalidNextTokenException", "Invalid next token."}; }

Refusal constraint(std::string_view member, std::string_view must) {
  return {"ValidationException", "1 validation error detected: Value at '" + std::string(member) +
                                     "' failed to satisfy constraint: Member must " + std::string(must)};
}

}  // namespace emulator::secrets_manager::errors
