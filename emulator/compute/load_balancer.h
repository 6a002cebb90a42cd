#pragma once
// An Application Load Balancer with one target group: requests in turn to the healthy targets, health checks,
// and what it answers itself when a target does not.
//
//   initial ─first pass─> healthy <─passes─ / ─failures─> unhealthy      deregistered: draining ─> gone
//
// Source: facts/aws-platform 1.9 "ALB", 6 "X-Amzn-Trace-Id".
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/compute/ecs_config.h"
#include "emulator/compute/ecs_task.h"
#include "emulator/compute/scaled_service.h"
#include "emulator/compute/target_health.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/task_scope.h"

namespace emulator::compute {

/// Who owns the targets.
class TargetEvents {
 public:
  /// Not for Draining.
  virtual void became(std::int64_t target, TargetState health) = 0;
  /// It takes nothing more and nobody waits for it: it is no target any more.
  virtual void drained(std::int64_t target) = 0;

 protected:
  ~TargetEvents() = default;
};

class LoadBalancer {
 public:
  /// The references outlive it.
  LoadBalancer(const EcsAlbConfig& config, std::uint64_t seed, kernel::Scheduler& scheduler,
               kernel::Journal& journal, TargetEvents& events);
  ~LoadBalancer();
  LoadBalancer(const LoadBalancer&) = delete;
  LoadBalancer& operator=(const LoadBalancer&) = delete;

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request);

  /// The task outlives its being a target. `health`: what it is known to be; of an Initial one the first
  /// check is sent at once (ASSUMPTION), else after an interval.
  void add(std::int64_t number, int revision, EcsTask& task, TargetState health);
  /// It gets no more requests; those it has may end until the deregistration delay is over. ASSUMPTION: it is
  /// gone as soon as nobody waits for it.
  void deregister(std::int64_t number);
  TargetState health_of(std::int64_t number) const;

  /// Of requests, so large a share goes to targets of this revision, and the rest to the others. Nothing:
  /// all targets are one group.
  struct Split {
    int revision;
    double share;  ///< 0..1
  };
  void split(std::optional<Split> split) { split_ = split; }

  /// Answers to requests that targets of this revision had, and how many of them were 4xx or 5xx; since the
  /// last call.
  struct Answers {
    std::int64_t all = 0;
    std::int64_t failed = 0;
  };
  Answers take_answers(int revision) { return std::exchange(answers_[revision], {}); }

  void watch(TrafficObserver* observer) { observer_ = observer; }

 private:
  struct Target {
    std::int64_t number;
    int revision;
    EcsTask* task;  ///< null when it is no target any more
    TargetHealth health;
    std::int64_t outstanding = 0;  ///< requests that somebody waits for
    kernel::TimerId timer{};       ///< while it drains
  };
  class Crossing;

  Target* find(std::int64_t number) const;
  /// Where the next request goes; null: there is no target.
  std::shared_ptr<Target> choose();
  std::vector<std::shared_ptr<Target>> candidates() const;
  void add_headers(kernel::HttpRequest& request);
  kernel::Task<kernel::HttpReply> pass_on(Crossing crossing, kernel::Task<kernel::HttpReply> work);
  APART kernel::HttpReply passed_on(std::optional<std::optional<kernel::HttpReply>> reply,
                                    Crossing& crossing) const;
  /// Checks it until it drains.
  kernel::Task<void> check(std::shared_ptr<Target> target, kernel::Timestamp due);
  void end_draining(std::int64_t number);

  const EcsAlbConfig& config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  TargetEvents& events_;
  TrafficObserver* observer_ = nullptr;
  std::map<int, Answers> answers_;  ///< by revision
  kernel::Random ids_;
  std::optional<Split> split_;
  std::int64_t owed_ = 0;                         ///< to the revision of the split: millionths of a request
  std::vector<std::shared_ptr<Target>> targets_;  ///< by number
  std::int64_t last_ = 0;                         ///< number of the target that had the last request
  kernel::TaskScope checks_;
};

}  // namespace emulator::compute
