#include <nlohmann/json.hpp>

#include "emulator/edge/secrets_manager.h"
#include "middleware/kernel/base64.h"

namespace emulator::edge {
namespace {

using kernel::Json;
using secrets_manager::Secret;
using secrets_manager::Version;

constexpr std::size_t kBatchMax = 20;

AwsError invalid(std::string message) {
  return secrets_error({"InvalidParameterException", std::move(message)});
}

std::vector<secrets_manager::Filter> filters_in(Members& in) {
  std::vector<secrets_manager::Filter> filters;
  const Json* list = in.array("Filters");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Members filter(in, (*list)[i], "Filters." + std::to_string(i + 1));
    filters.push_back({filter.required_text("Key"), filter.texts("Values")});
  }
  return filters;
}

void add_time(Json& output, const char* member, const std::optional<kernel::WallTime>& time) {
  if (time) output[member] = epoch_seconds(*time);
}

Json rules_json(const secrets_manager::RotationRules& rules) {
  Json json = Json::object();
  if (rules.after_days) json["AutomaticallyAfterDays"] = *rules.after_days;
  if (!rules.schedule.empty()) json["ScheduleExpression"] = rules.schedule;
  if (!rules.window.empty()) json["Duration"] = rules.window;
  return json;
}

/// What DescribeSecret and ListSecrets say of a secret; they call the map of versions by different names.
Json metadata_json(const Secret& secret, const char* versions_member) {
  Json json = {{"ARN", secret.arn}, {"Name", secret.name}};
  if (!secret.description.empty()) json["Description"] = secret.description;
  if (!secret.kms_key.empty()) json["KmsKeyId"] = secret.kms_key;
  if (secret.is_rotating) json["RotationEnabled"] = *secret.is_rotating;
  if (!secret.rotation_function.empty()) json["RotationLambdaARN"] = secret.rotation_function;
  if (const Json rules = rules_json(secret.rotation_rules); !rules.empty()) json["RotationRules"] = rules;
  add_time(json, "LastRotatedDate", secret.rotated);
  add_time(json, "LastChangedDate", secret.changed);
  add_time(json, "LastAccessedDate", secret.accessed);
  add_time(json, "DeletedDate", secret.deleted);
  add_time(json, "NextRotationDate", secret.next_rotation);
  Json tags = Json::array();
  for (const auto& [key, value] : secret.tags) tags.push_back({{"Key", key}, {"Value", value}});
  if (!tags.empty()) json["Tags"] = tags;
  Json versions = Json::object();
  for (const Version& version : secret.versions) {
    if (!version.stages.empty()) versions[version.id] = version.stages;
  }
  if (!versions.empty()) json[versions_member] = versions;
  json["CreatedDate"] = epoch_seconds(secret.created);
  return json;
}

Json version_json(const Version& version) {
  Json json = {{"VersionId", version.id}};
  if (!version.stages.empty()) json["VersionStages"] = version.stages;
  add_time(json, "LastAccessedDate", version.accessed);
  json["CreatedDate"] = epoch_seconds(version.created);
  json["KmsKeyIds"] = {"DefaultEncryptionKey"};
  return json;
}

}  // namespace

Json secret_value_json(const secrets_manager::Read& read) {
  Json json = {{"ARN", read.arn}, {"Name", read.name}, {"VersionId", read.version.id}};
  const secrets_manager::SecretValue& value = *read.version.value;
  if (value.is_binary) {
    json["SecretBinary"] = kernel::base64(value.bytes);
  } else {
    json["SecretString"] = value.bytes;
  }
  if (!read.version.stages.empty()) json["VersionStages"] = read.version.stages;
  json["CreatedDate"] = epoch_seconds(read.version.created);
  return json;
}

AwsResult SecretsManager::get_secret_value(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  secrets_manager::ReadRequest request{.secret = in.required_text("SecretId"),
                                       .version = in.text_or_empty("VersionId"),
                                       .stage = in.text_or_empty("VersionStage")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto read = secrets_.read(std::move(request));
  if (!read) return std::unexpected(secrets_error(read.error()));
  return reply_with(secret_value_json(*read));
}

// Each secret is asked for as GetSecretValue would be: what is denied or missing is an entry of Errors.
kernel::Task<AwsResult> SecretsManager::batch_get_secret_value(AwsCall call) {
  Members in(call, kSecretsManagerErrors);
  std::vector<std::string> ids = in.texts("SecretIdList");
  secrets_manager::ListRequest request{.filters = filters_in(in),
                                       .count = in.integer("MaxResults").value_or(kBatchMax),
                                       .token = in.text_or_empty("NextToken")};
  if (auto wrong = in.problem()) co_return std::unexpected(std::move(*wrong));
  if (ids.empty() == request.filters.empty())
    co_return std::unexpected(invalid("You must provide either SecretIdList or Filters, and not both."));
  if (ids.size() > kBatchMax || request.count > static_cast<std::int64_t>(kBatchMax))
    co_return std::unexpected(invalid("You can get 20 secrets at most in one call."));
  Json output = {{"SecretValues", Json::array()}, {"Errors", Json::array()}};
  if (ids.empty()) {
    const auto page = secrets_.list(request);
    if (!page) co_return std::unexpected(secrets_error(page.error()));
    for (const Secret* secret : page->secrets) ids.push_back(secret->name);
    if (!page->next.empty()) output["NextToken"] = page->next;
  }
  for (const std::string& id : ids) {
    auto admitting = admission_.admit("GetSecretValue", {secrets_.name_of(id)}, call.hop);
    const auto admitted = co_await std::move(admitting);
    const auto read = admitted ? secrets_.read({.secret = id}) : std::unexpected(admitted.error());
    if (read) {
      output["SecretValues"].push_back(secret_value_json(*read));
    } else {
      output["Errors"].push_back(
          {{"SecretId", id}, {"ErrorCode", read.error().code}, {"Message", read.error().message}});
    }
  }
  co_return reply_with(std::move(output));
}

AwsResult SecretsManager::describe_secret(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const std::string id = in.required_text("SecretId");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto secret = secrets_.describe(id);
  if (!secret) return std::unexpected(secrets_error(secret.error()));
  return reply_with(metadata_json(**secret, "VersionIdsToStages"));
}

AwsResult SecretsManager::list_secrets(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const std::string order = in.text_or_empty("SortOrder");
  const secrets_manager::ListRequest request{
      .filters = filters_in(in),
      .count = in.integer("MaxResults").value_or(100),
      .token = in.text_or_empty("NextToken"),
      .is_descending = order == "desc",
      .with_deleted = in.boolean("IncludePlannedDeletion").value_or(false)};
  if (!order.empty() && order != "asc" && order != "desc") in.fail(invalid("SortOrder is asc or desc."));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = secrets_.list(request);
  if (!page) return std::unexpected(secrets_error(page.error()));
  Json output = {{"SecretList", Json::array()}};
  for (const Secret* secret : page->secrets)
    output["SecretList"].push_back(metadata_json(*secret, "SecretVersionsToStages"));
  if (!page->next.empty()) output["NextToken"] = page->next;
  return reply_with(std::move(output));
}

// A token is the id of the last version that was shown.
AwsResult SecretsManager::list_secret_version_ids(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const std::string id = in.required_text("SecretId");
  const std::int64_t count = in.integer("MaxResults").value_or(100);
  const std::string token = in.text_or_empty("NextToken");
  const bool with_deprecated = in.boolean("IncludeDeprecated").value_or(false);
  if (count < 1 || count > 100) in.fail(invalid("MaxResults is from 1 to 100."));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto secret = secrets_.describe(id);
  if (!secret) return std::unexpected(secrets_error(secret.error()));
  Json output = {{"ARN", (*secret)->arn}, {"Name", (*secret)->name}, {"Versions", Json::array()}};
  bool is_behind = token.empty();
  for (const Version& version : (*secret)->versions) {
    if (!is_behind) {
      is_behind = version.id == token;
      continue;
    }
    if (version.stages.empty() && !with_deprecated) continue;
    if (std::cmp_equal(output["Versions"].size(), count)) {
      output["NextToken"] = output["Versions"].back()["VersionId"];
      break;
    }
    output["Versions"].push_back(version_json(version));
  }
  if (!is_behind) return std::unexpected(secrets_error({"InvalidNextTokenException", "Invalid next token."}));
  return reply_with(std::move(output));
}

AwsResult SecretsManager::get_random_password(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const secrets_manager::PasswordRules rules{
      .length = in.integer("PasswordLength").value_or(32),
      .excluded = in.text_or_empty("ExcludeCharacters"),
      .without_numbers = in.boolean("ExcludeNumbers").value_or(false),
      .without_punctuation = in.boolean("ExcludePunctuation").value_or(false),
      .without_uppercase = in.boolean("ExcludeUppercase").value_or(false),
      .without_lowercase = in.boolean("ExcludeLowercase").value_or(false),
      .with_space = in.boolean("IncludeSpace").value_or(false),
      .needs_each = in.boolean("RequireEachIncludedType").value_or(true)};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto password = secrets_.random_password(rules);
  if (!password) return std::unexpected(secrets_error(password.error()));
  return reply_with({{"RandomPassword", *password}});
}

}  // namespace emulator::edge
