#pragma once
// The wire side of Secrets Manager: JSON 1.1 in front of platform/secrets/ports.h.
//
// Source: facts/aws-platform 2. Errors say "Message", and the header x-amzn-ErrorType names them once more.
// Resource policies and replication are refused by name.
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"
#include "emulator/platform/access/ports.h"
#include "emulator/platform/secrets/ports.h"

namespace emulator::edge {

class SecretsManager final : public AwsService {
 public:
  /// Both outlive the service.
  SecretsManager(secrets_manager::SecretsService& secrets, access::Admission& admission)
      : secrets_(secrets), admission_(admission) {}

  std::string_view name() const override { return "secretsmanager"; }
  kernel::Task<AwsResult> call(AwsCall call) override;
  std::string recorded(std::string body) const override;

 private:
  // secrets_manager.cc
  AwsResult create_secret(const AwsCall& call);
  AwsResult put_secret_value(const AwsCall& call);
  AwsResult update_secret(const AwsCall& call);
  AwsResult update_secret_version_stage(const AwsCall& call);
  AwsResult delete_secret(const AwsCall& call);
  AwsResult restore_secret(const AwsCall& call);
  AwsResult rotate_secret(const AwsCall& call);
  AwsResult cancel_rotate_secret(const AwsCall& call);
  AwsResult tag_resource(const AwsCall& call);
  AwsResult untag_resource(const AwsCall& call);
  // secrets_manager_reads.cc
  AwsResult get_secret_value(const AwsCall& call);
  kernel::Task<AwsResult> batch_get_secret_value(AwsCall call);
  AwsResult describe_secret(const AwsCall& call);
  AwsResult list_secrets(const AwsCall& call);
  AwsResult list_secret_version_ids(const AwsCall& call);
  AwsResult get_random_password(const AwsCall& call);

  secrets_manager::SecretsService& secrets_;
  access::Admission& admission_;
};

/// How Secrets Manager words what is wrong with a parameter.
extern const MemberErrors kSecretsManagerErrors;
AwsError secrets_error(const access::Refusal& refusal);
/// The answer of GetSecretValue, which the extension of functions gives on as it is.
kernel::Json secret_value_json(const secrets_manager::Read& read);

}  // namespace emulator::edge
