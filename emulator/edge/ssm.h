#pragma once
// The wire side of Parameter Store, which is a part of Systems Manager: JSON 1.1 in front of
// platform/parameters/ports.h.
//
// Source: facts/aws-platform 3. All else that Systems Manager does is refused by name, and so are
// AllowedPattern and policies of a parameter.
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"
#include "emulator/platform/access/ports.h"
#include "emulator/platform/parameters/ports.h"

namespace emulator::edge {

class Ssm final : public AwsService {
 public:
  /// Both outlive the service.
  Ssm(parameters::ParameterService& parameters, access::Admission& admission)
      : parameters_(parameters), admission_(admission) {}

  std::string_view name() const override { return "ssm"; }
  kernel::Task<AwsResult> call(AwsCall call) override;
  std::string recorded(std::string body) const override;

 private:
  // ssm.cc
  AwsResult put_parameter(const AwsCall& call);
  AwsResult delete_parameter(const AwsCall& call);
  AwsResult delete_parameters(const AwsCall& call);
  AwsResult label_parameter_version(const AwsCall& call);
  AwsResult unlabel_parameter_version(const AwsCall& call);
  AwsResult add_tags_to_resource(const AwsCall& call);
  AwsResult remove_tags_from_resource(const AwsCall& call);
  AwsResult list_tags_for_resource(const AwsCall& call);
  // ssm_reads.cc
  AwsResult get_parameter(const AwsCall& call);
  AwsResult get_parameters(const AwsCall& call);
  AwsResult get_parameters_by_path(const AwsCall& call);
  AwsResult get_parameter_history(const AwsCall& call);
  AwsResult describe_parameters(const AwsCall& call);

  parameters::ParameterService& parameters_;
  access::Admission& admission_;
};

/// How Systems Manager words what is wrong with a parameter of a call.
extern const MemberErrors kSsmErrors;
AwsError ssm_error(const access::Refusal& refusal);
/// One parameter, as GetParameter answers it.
kernel::Json parameter_json(const parameters::Shown& shown);

}  // namespace emulator::edge
