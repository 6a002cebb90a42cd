#include "emulator/edge/ecs.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/arn/arn.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"

namespace emulator::edge {
namespace {

using compute::EcsTaskInfo;
using kernel::Json;

constexpr const char* kCluster = "default";
constexpr const char* kService = "middleware";

AwsError missing(std::string_view member) { return null_error("InvalidParameterException", member); }
const MemberErrors kErrors{.title = "ECS", .missing = missing, .mistyped = serialization_error};

AwsError invalid(std::string message) {
  return {.code = "InvalidParameterException", .message = std::move(message)};
}

std::string cluster_arn() { return make_arn("ecs", std::string("cluster/") + kCluster); }
std::string service_arn() { return make_arn("ecs", std::string("service/") + kCluster + "/" + kService); }

/// ASSUMPTION: 32 hex digits that mean nothing; here the task's number, scattered.
std::string task_id(std::int64_t number) {
  const std::uint64_t first = kernel::splitmix64(static_cast<std::uint64_t>(number));
  return kernel::hex16(first) + kernel::hex16(kernel::splitmix64(first));
}
std::string task_arn(std::int64_t number) {
  return make_arn("ecs", std::string("task/") + kCluster + "/" + task_id(number));
}

/// A name, or an ARN that ends in it.
bool is_named(const std::string& given, const std::string& arn, const std::string& name) {
  return given == name || given == arn;
}

Json failure(const std::string& arn) { return {{"arn", arn}, {"reason", "MISSING"}}; }

bool is_task(const std::string& given, const EcsTaskInfo& task) {
  return is_named(given, task_arn(task.number), task_id(task.number));
}

}  // namespace

kernel::Task<AwsResult> Ecs::call(AwsCall call) {
  using Line = Operation<Ecs>;
  static constexpr std::array kOperations = {
      Line{"ListClusters", &Ecs::list_clusters},   Line{"DescribeClusters", &Ecs::describe_clusters},
      Line{"ListServices", &Ecs::list_services},   Line{"DescribeServices", &Ecs::describe_services},
      Line{"UpdateService", &Ecs::update_service}, Line{"ListTasks", &Ecs::list_tasks},
      Line{"DescribeTasks", &Ecs::describe_tasks}, Line{"StopTask", &Ecs::stop_task},
  };
  return run_operation<Ecs>(*this, kOperations, std::move(call));
}

void Ecs::expect_cluster(Members& in) const {
  const std::string cluster = in.text("cluster").value_or(kCluster);
  if (!is_named(cluster, cluster_arn(), kCluster))
    in.fail({.code = "ClusterNotFoundException", .message = "Cluster not found."});
}

std::vector<EcsTaskInfo> Ecs::tasks() const {
  return service_ == nullptr ? std::vector<EcsTaskInfo>{} : service_->list_tasks();
}

std::int64_t Ecs::count(std::string_view status) const {
  return std::ranges::count(tasks(), status, &EcsTaskInfo::last_status);
}

Json Ecs::shown_service() const {
  const auto all = tasks();
  int newest = 1;
  for (const EcsTaskInfo& task : all) newest = std::max(newest, task.revision);
  Json deployments = Json::array();
  for (int revision = newest; revision >= 1; --revision) {
    const auto of = [&](std::string_view status) {
      return std::ranges::count_if(
          all, [&](const auto& task) { return task.revision == revision && task.last_status == status; });
    };
    const std::int64_t running = of("RUNNING");
    const std::int64_t pending = of("PENDING") + of("ACTIVATING");
    if (revision != newest && running + pending == 0) continue;
    deployments.push_back({{"id", "ecs-svc/" + std::to_string(revision)},
                           {"status", revision == newest ? "PRIMARY" : "ACTIVE"},
                           {"desiredCount", service_->desired()},
                           {"runningCount", running},
                           {"pendingCount", pending}});
  }
  return {{"serviceArn", service_arn()},
          {"serviceName", kService},
          {"clusterArn", cluster_arn()},
          {"status", "ACTIVE"},
          {"launchType", "FARGATE"},
          {"desiredCount", service_->desired()},
          {"runningCount", count("RUNNING")},
          {"pendingCount", count("PENDING") + count("ACTIVATING")},
          {"deployments", std::move(deployments)}};
}

Json Ecs::shown_task(const EcsTaskInfo& task) const {
  return {{"taskArn", task_arn(task.number)},
          {"clusterArn", cluster_arn()},
          {"group", std::string("service:") + kService},
          {"launchType", "FARGATE"},
          {"lastStatus", task.last_status},
          {"desiredStatus", task.desired_status},
          {"healthStatus", task.health},
          {"startedBy", "ecs-svc/" + std::to_string(task.revision)},
          {"createdAt", epoch_seconds(scheduler_.wall_now() - (scheduler_.now() - task.created))}};
}

AwsResult Ecs::list_clusters(const AwsCall& call) {
  Members in(call, kErrors);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return reply_with({{"clusterArns", {cluster_arn()}}});
}

AwsResult Ecs::describe_clusters(const AwsCall& call) {
  Members in(call, kErrors);
  std::vector<std::string> wanted = in.texts("clusters");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (wanted.empty()) wanted = {kCluster};
  Json clusters = Json::array();
  Json failures = Json::array();
  for (const std::string& name : wanted) {
    if (!is_named(name, cluster_arn(), kCluster)) {
      failures.push_back(failure(name));
      continue;
    }
    clusters.push_back({{"clusterArn", cluster_arn()},
                        {"clusterName", kCluster},
                        {"status", "ACTIVE"},
                        {"activeServicesCount", service_ == nullptr ? 0 : 1},
                        {"runningTasksCount", count("RUNNING")},
                        {"pendingTasksCount", count("PENDING") + count("ACTIVATING")}});
  }
  return reply_with({{"clusters", std::move(clusters)}, {"failures", std::move(failures)}});
}

AwsResult Ecs::list_services(const AwsCall& call) {
  Members in(call, kErrors);
  expect_cluster(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  Json arns = Json::array();
  if (service_ != nullptr) arns.push_back(service_arn());
  return reply_with({{"serviceArns", std::move(arns)}});
}

AwsResult Ecs::describe_services(const AwsCall& call) {
  Members in(call, kErrors);
  expect_cluster(in);
  const std::vector<std::string> wanted = in.texts("services");
  if (wanted.empty()) in.fail(invalid("Services cannot be empty."));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  Json services = Json::array();
  Json failures = Json::array();
  for (const std::string& name : wanted) {
    const bool is_ours = service_ != nullptr && is_named(name, service_arn(), kService);
    is_ours ? services.push_back(shown_service()) : failures.push_back(failure(name));
  }
  return reply_with({{"services", std::move(services)}, {"failures", std::move(failures)}});
}

AwsResult Ecs::update_service(const AwsCall& call) {
  Members in(call, kErrors);
  expect_cluster(in);
  const std::string name = in.required_text("service");
  const auto desired = in.integer("desiredCount");
  const bool deploys = in.boolean("forceNewDeployment").value_or(false);
  if (desired && (*desired < 0 || *desired > compute::kTasksMax))
    in.fail(invalid("desiredCount is from 0 to " + std::to_string(compute::kTasksMax) + "."));
  if (service_ == nullptr || !is_named(name, service_arn(), kService))
    in.fail({.code = "ServiceNotFoundException", .message = "Service not found."});
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  // ASSUMPTION: a deployment under way is not replaced by the next, as AWS does.
  if (deploys && !service_->begin_deployment())
    return std::unexpected(not_emulated("A deployment beside one that is under way"));
  if (desired) service_->set_desired(*desired, "UpdateService");
  return reply_with({{"service", shown_service()}});
}

AwsResult Ecs::list_tasks(const AwsCall& call) {
  Members in(call, kErrors);
  expect_cluster(in);
  const std::string service = in.text("serviceName").value_or(kService);
  const std::string status = in.text("desiredStatus").value_or("RUNNING");
  if (status != "RUNNING" && status != "STOPPED" && status != "PENDING")
    in.fail(invalid("desiredStatus is RUNNING, PENDING or STOPPED."));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  Json arns = Json::array();
  for (const EcsTaskInfo& task : tasks()) {
    const bool is_wanted = is_named(service, service_arn(), kService) && task.desired_status == status;
    if (is_wanted) arns.push_back(task_arn(task.number));
  }
  return reply_with({{"taskArns", std::move(arns)}});
}

AwsResult Ecs::describe_tasks(const AwsCall& call) {
  Members in(call, kErrors);
  expect_cluster(in);
  const std::vector<std::string> wanted = in.texts("tasks");
  if (wanted.empty()) in.fail(invalid("Tasks cannot be empty."));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto all = tasks();
  Json shown = Json::array();
  Json failures = Json::array();
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find_if(all, [&](const auto& task) { return is_task(name, task); });
    found == all.end() ? failures.push_back(failure(name)) : shown.push_back(shown_task(*found));
  }
  return reply_with({{"tasks", std::move(shown)}, {"failures", std::move(failures)}});
}

AwsResult Ecs::stop_task(const AwsCall& call) {
  Members in(call, kErrors);
  expect_cluster(in);
  const std::string name = in.required_text("task");
  in.ignore("reason");  // it would stand in stoppedReason, and tasks that have stopped are not shown
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto all = tasks();
  const auto found = std::ranges::find_if(all, [&](const auto& task) { return is_task(name, task); });
  if (found == all.end() || !service_->stop_task(found->number))
    return std::unexpected(invalid("The referenced task was not found."));
  EcsTaskInfo stopped = *found;
  stopped.desired_status = "STOPPED";
  return reply_with({{"task", shown_task(stopped)}});
}

}  // namespace emulator::edge
