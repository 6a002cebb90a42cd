#pragma once
// The wire side of App Runner's control plane: JSON 1.0 in front of platform/services/ports.h.
//
// Source: facts/aws-platform 1.2. Code repositories, connections, custom domains, VPC connectors,
// observability and what an image would be started with are refused by name: a rig runs no images but its own
// middleware.
#include "emulator/edge/members.h"
#include "emulator/edge/offset_page.h"
#include "emulator/edge/service.h"
#include "emulator/platform/services/ports.h"

namespace emulator::edge {

class AppRunner final : public AwsService {
 public:
  /// The box outlives the service.
  explicit AppRunner(services::ServicesApi& services) : services_(services) {}

  std::string_view name() const override { return "apprunner"; }
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  // apprunner.cc
  AwsResult create_service(const AwsCall& call);
  AwsResult update_service(const AwsCall& call);
  AwsResult describe_service(const AwsCall& call);
  AwsResult pause_service(const AwsCall& call);
  AwsResult resume_service(const AwsCall& call);
  AwsResult delete_service(const AwsCall& call);
  AwsResult start_deployment(const AwsCall& call);
  AwsResult list_services(const AwsCall& call);
  AwsResult list_operations(const AwsCall& call);
  // apprunner_scaling.cc
  AwsResult create_scaling(const AwsCall& call);
  AwsResult describe_scaling(const AwsCall& call);
  AwsResult list_scaling(const AwsCall& call);
  AwsResult delete_scaling(const AwsCall& call);
  AwsResult set_default_scaling(const AwsCall& call);
  AwsResult tag_resource(const AwsCall& call);
  AwsResult untag_resource(const AwsCall& call);
  AwsResult list_tags(const AwsCall& call);

  services::ServicesApi& services_;
};

/// How App Runner words what is wrong with a member of a call.
extern const MemberErrors kAppRunnerErrors;
AwsError apprunner_error(const access::Refusal& refusal);
services::Tags apprunner_tags(Members& in);

/// MaxResults (1 to `most`, and so many when it is absent) and NextToken of a list.
OffsetPage apprunner_page(Members& in, std::int64_t most);

}  // namespace emulator::edge
