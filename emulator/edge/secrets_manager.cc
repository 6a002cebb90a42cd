#include "emulator/edge/secrets_manager.h"

#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"
#include "emulator/edge/masked.h"

namespace emulator::edge {
namespace {

using kernel::Json;
using secrets_manager::Written;

AwsError missing(std::string_view member) {
  AwsError error = null_error("ValidationException", member);
  error.message_name = "Message";
  return error;
}

secrets_manager::Tags tags_in(Members& in) {
  secrets_manager::Tags tags;
  const Json* list = in.array("Tags");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Members tag(in, (*list)[i], "Tags." + std::to_string(i + 1));
    tags.emplace_back(tag.required_text("Key"), tag.text_or_empty("Value"));
  }
  return tags;
}

secrets_manager::WriteRequest write_request(Members& in, const char* id) {
  return {.secret = in.required_text(id),
          .token = in.text("ClientRequestToken"),
          .text = in.text("SecretString"),
          .binary = in.blob("SecretBinary")};
}

/// ARN and Name, with the version where there is one.
AwsResult written_result(const secrets_manager::Answer<Written>& answer, bool with_stages = false) {
  if (!answer) return std::unexpected(secrets_error(answer.error()));
  Json output = {{"ARN", answer->arn}, {"Name", answer->name}};
  if (!answer->version.empty()) output["VersionId"] = answer->version;
  if (with_stages) output["VersionStages"] = answer->stages;
  return reply_with(std::move(output));
}

AwsResult empty_result(const secrets_manager::Answer<>& answer) {
  if (!answer) return std::unexpected(secrets_error(answer.error()));
  return AwsReply{};
}

/// The secret that a call is about, by its name; none for lists.
std::vector<std::string> resources_of(const AwsCall& call, const secrets_manager::SecretsService& secrets) {
  for (const char* member : {"SecretId", "Name"}) {
    const auto found = call.input->find(member);
    if (found != call.input->end() && found->is_string())
      return {secrets.name_of(found->get_ref<const std::string&>())};
  }
  return {};
}

}  // namespace

const MemberErrors kSecretsManagerErrors{
    .title = "Secrets Manager", .missing = missing, .mistyped = serialization_error};

AwsError secrets_error(const access::Refusal& refusal) {
  AwsError error = told_by_box({.code = refusal.code, .message = refusal.message, .status = refusal.status});
  error.message_name = "Message";
  error.headers.set("x-amzn-ErrorType", error.code);
  return error;
}

std::string SecretsManager::recorded(std::string body) const {
  return masked(body, {{"SecretString", "SecretBinary", "RandomPassword"}});
}

kernel::Task<AwsResult> SecretsManager::call(AwsCall call) {
  using Line = Operation<SecretsManager>;
  static constexpr std::array kOperations = {
      Line{"CreateSecret", &SecretsManager::create_secret},
      Line{"PutSecretValue", &SecretsManager::put_secret_value},
      Line{"UpdateSecret", &SecretsManager::update_secret},
      Line{"UpdateSecretVersionStage", &SecretsManager::update_secret_version_stage},
      Line{"DeleteSecret", &SecretsManager::delete_secret},
      Line{"RestoreSecret", &SecretsManager::restore_secret},
      Line{"RotateSecret", &SecretsManager::rotate_secret},
      Line{"CancelRotateSecret", &SecretsManager::cancel_rotate_secret},
      Line{"TagResource", &SecretsManager::tag_resource},
      Line{"UntagResource", &SecretsManager::untag_resource},
      Line{"GetSecretValue", &SecretsManager::get_secret_value},
      Line{"BatchGetSecretValue", &SecretsManager::batch_get_secret_value},
      Line{"DescribeSecret", &SecretsManager::describe_secret},
      Line{"ListSecrets", &SecretsManager::list_secrets},
      Line{"ListSecretVersionIds", &SecretsManager::list_secret_version_ids},
      Line{"GetRandomPassword", &SecretsManager::get_random_password},
  };
  auto admitting = admission_.admit(call.identity.operation, resources_of(call, secrets_), call.hop);
  const auto admitted = co_await std::move(admitting);
  if (!admitted) co_return std::unexpected(secrets_error(admitted.error()));
  co_return co_await run_operation<SecretsManager>(*this, kOperations, std::move(call));
}

AwsResult SecretsManager::create_secret(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  secrets_manager::WriteRequest request = write_request(in, "Name");
  request.description = in.text("Description");
  request.kms_key = in.text("KmsKeyId");
  request.tags = tags_in(in);
  in.ignore("ForceOverwriteReplicaSecret");  // there are no replicas to overwrite
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return written_result(secrets_.create(std::move(request)));
}

AwsResult SecretsManager::put_secret_value(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  secrets_manager::WriteRequest request = write_request(in, "SecretId");
  request.stages = in.texts("VersionStages");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return written_result(secrets_.put(std::move(request)), true);
}

AwsResult SecretsManager::update_secret(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  secrets_manager::WriteRequest request = write_request(in, "SecretId");
  request.description = in.text("Description");
  request.kms_key = in.text("KmsKeyId");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return written_result(secrets_.update(std::move(request)));
}

AwsResult SecretsManager::update_secret_version_stage(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const secrets_manager::StageMove move{.secret = in.required_text("SecretId"),
                                        .stage = in.required_text("VersionStage"),
                                        .remove_from = in.text_or_empty("RemoveFromVersionId"),
                                        .move_to = in.text_or_empty("MoveToVersionId")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return written_result(secrets_.move_stage(move));
}

AwsResult SecretsManager::delete_secret(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const secrets_manager::DeleteRequest request{
      .secret = in.required_text("SecretId"),
      .window_days = in.integer("RecoveryWindowInDays"),
      .is_forced = in.boolean("ForceDeleteWithoutRecovery").value_or(false)};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto deleted = secrets_.remove(request);
  if (!deleted) return std::unexpected(secrets_error(deleted.error()));
  return reply_with(
      {{"ARN", deleted->arn}, {"Name", deleted->name}, {"DeletionDate", epoch_seconds(deleted->at)}});
}

AwsResult SecretsManager::restore_secret(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const std::string id = in.required_text("SecretId");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  auto restored = secrets_.restore(id);
  if (restored) restored->version.clear();
  return written_result(restored);
}

AwsResult SecretsManager::rotate_secret(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  secrets_manager::RotateRequest request{.secret = in.required_text("SecretId"),
                                         .token = in.text("ClientRequestToken"),
                                         .function = in.text_or_empty("RotationLambdaARN"),
                                         .is_immediate = in.boolean("RotateImmediately").value_or(true),
                                         .cause = call.hop};
  if (const Json* rules = in.object("RotationRules")) {
    Members within(in, *rules, "RotationRules");
    request.rules = secrets_manager::RotationRules{.after_days = within.integer("AutomaticallyAfterDays"),
                                                   .schedule = within.text_or_empty("ScheduleExpression"),
                                                   .window = within.text_or_empty("Duration")};
  }
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return written_result(secrets_.rotate(std::move(request)));
}

AwsResult SecretsManager::cancel_rotate_secret(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const std::string id = in.required_text("SecretId");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return written_result(secrets_.cancel_rotation(id));
}

AwsResult SecretsManager::tag_resource(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const std::string id = in.required_text("SecretId");
  const secrets_manager::Tags tags = tags_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(secrets_.tag(id, tags));
}

AwsResult SecretsManager::untag_resource(const AwsCall& call) {
  Members in(call, kSecretsManagerErrors);
  const std::string id = in.required_text("SecretId");
  const std::vector<std::string> keys = in.texts("TagKeys");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(secrets_.untag(id, keys));
}

}  // namespace emulator::edge
