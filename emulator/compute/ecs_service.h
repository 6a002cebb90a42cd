#pragma once
// The profile ecs-alb: an ECS service that keeps its desired count of tasks behind a load balancer.
//
//   pending ──start time──> initial ──first check passes──> healthy <─> unhealthy ─> replaced
//                                                              └─> draining ──> stopping (SIGTERM, grace) ──>
//                                                              stopped
//
// Source: facts/aws-platform 1.9. ASSUMPTION: the replacement of an unhealthy task is started at once, and
// the unhealthy one stays a target until the replacement is healthy, so that there may be twice the desired
// count; of tasks that are too many the newest go first; a task that crashed is started again in its place,
// as a restart policy of its container does.
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "emulator/compute/compute.h"
#include "emulator/compute/ecs_api.h"
#include "emulator/compute/load_balancer.h"
#include "emulator/compute/ports.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::compute {

class EcsService final : public Compute, public EcsApi, private TargetEvents {
 public:
  /// Starts with `tasks_min` healthy tasks, as long after a deployment. The references outlive it.
  EcsService(EcsAlbConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
             InstanceFactory& factory);
  ~EcsService() override;

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    return balancer_.handle(std::move(request));
  }
  std::vector<std::int64_t> crashable(std::string_view name) const override;
  void crash(std::string_view name, kernel::Duration down) override;
  ScaledService* scaled() override { return this; }
  EcsApi* ecs() override { return this; }

  void watch(TrafficObserver* observer) override { balancer_.watch(observer); }
  ServiceReading read() override;
  std::int64_t desired() const override { return desired_; }
  void set_desired(std::int64_t tasks, std::string_view why) override;
  bool is_deploying() const override { return revisions_.size() > 1; }
  kernel::Task<void> deploy(bool fails) override;

  // For clients: ecs_service_api.cc
  std::vector<EcsTaskInfo> list_tasks() const override;
  bool begin_deployment() override;
  bool stop_task(std::int64_t number) override;

  std::size_t tasks() const { return members_.size(); }

 private:
  enum class State : std::uint8_t {
    Pending,
    Initial,
    Healthy,
    Unhealthy,
    Draining,
    Stopping,
    Crashed,
    Stopped
  };
  struct Member {
    Member(std::int64_t its_number, int its_revision, TaskCapacity capacity, kernel::Scheduler& scheduler)
        : number(its_number), revision(its_revision), task(capacity, scheduler) {}
    std::int64_t number;
    int revision;
    State state = State::Pending;
    kernel::Timestamp created{};
    bool is_replaced = false;  ///< it goes when its replacement is healthy
    kernel::TimerId timer{};
    EcsTask task;
  };
  static std::string_view to_text(State state);
  static State state_of(TargetState health);
  static bool is_leaving(const Member& member) {
    return member.state == State::Draining || member.state == State::Stopping;
  }
  /// Of one of the revisions; `kept`: it is not on its way to be replaced.
  static auto is_of(int revision, bool kept) {
    return [revision, kept](const std::unique_ptr<Member>& member) {
      return member->revision == revision && member->is_replaced != kept && !is_leaving(*member);
    };
  }

  void became(std::int64_t number, TargetState health) override;
  void drained(std::int64_t number) override;

  Member* find(std::int64_t number);
  void change(Member& member, State state, std::string_view why);
  /// Starts and stops tasks until they are as many as desired.
  void reconcile(std::string_view why);
  void reconcile(int revision, std::string_view why);
  void start(int revision, std::string_view why);
  std::unique_ptr<kernel::HttpHandler> make_app(const Member& member);
  void started(std::int64_t number);
  void stop(Member& member, std::string_view why);
  /// Replaced ones go, as far as enough are healthy without them.
  void retire_replaced(int revision);
  void await_end(std::int64_t number, kernel::Timestamp until);
  void remove(Member& member, std::string_view why);
  void crash(Member& member, kernel::Duration down);
  void restart(std::int64_t number);

  bool is_healthy(int revision) const;
  /// False: too many answers of the revision failed meanwhile.
  kernel::Task<bool> bake(int revision);
  void say(std::string_view from, std::string_view to, std::string_view why);

  EcsAlbConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  InstanceFactory& factory_;
  std::int64_t desired_;
  std::int64_t started_ = 0;
  std::vector<int> revisions_{1};  ///< each has the desired count of tasks; more than one in a deployment
  int newest_ = 1;
  std::set<int> broken_;                          ///< revisions that answer 500
  kernel::Signal changed_;                        ///< some task's state
  std::vector<std::unique_ptr<Member>> members_;  ///< by number; those that stopped are not among them
  LoadBalancer balancer_;
  kernel::TaskScope deployments_;  ///< that clients began
};

}  // namespace emulator::compute
