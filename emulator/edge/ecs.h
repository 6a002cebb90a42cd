#pragma once
// The wire side of ECS: JSON 1.1 in front of compute/ecs_api.h. There is one cluster, "default", with one
// service, "middleware"; what would make others is refused by name.
//
// Source: facts/aws-platform 1.9 and 5.
#include "emulator/compute/ecs_api.h"
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::edge {

class Ecs final : public AwsService {
 public:
  /// `service`: null when nothing runs on ECS, and then the cluster is empty. Both outlive this.
  Ecs(compute::EcsApi* service, kernel::Scheduler& scheduler) : service_(service), scheduler_(scheduler) {}

  std::string_view name() const override { return "ecs"; }
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  AwsResult list_clusters(const AwsCall& call);
  AwsResult describe_clusters(const AwsCall& call);
  AwsResult list_services(const AwsCall& call);
  AwsResult describe_services(const AwsCall& call);
  AwsResult update_service(const AwsCall& call);
  AwsResult list_tasks(const AwsCall& call);
  AwsResult describe_tasks(const AwsCall& call);
  AwsResult stop_task(const AwsCall& call);

  /// Notes ClusterNotFoundException when another than ours is named.
  void expect_cluster(Members& in) const;
  std::vector<compute::EcsTaskInfo> tasks() const;
  kernel::Json shown_service() const;
  kernel::Json shown_task(const compute::EcsTaskInfo& task) const;
  std::int64_t count(std::string_view status) const;

  compute::EcsApi* service_;
  kernel::Scheduler& scheduler_;
};

}  // namespace emulator::edge
