#pragma once
// The instances of one version of the service: which of them takes a request, when one more is started, when
// one is let go, and what becomes of those that crash, fail their health checks or are replaced.
//
//   active and free ─> waking up and free ─> asleep: wake it, the request waits ─> none: one more is
//   provisioned
//
// Source: facts/aws-platform 1.4 to 1.6.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/compute/app_runner_config.h"
#include "emulator/compute/instance.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::compute {

class Fleet final : private PlaceKeeper {
 public:
  struct Surroundings {
    kernel::Scheduler& scheduler;
    kernel::Journal& journal;
    InstanceFactory& factory;
    std::int64_t& last_number;  ///< of all instances of the service, whatever their version
    std::vector<Fleet*>& living;
  };
  /// Empty at first. What `around` refers to outlives it.
  Fleet(const AppRunnerConfig& config, Release release, Surroundings around);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  /// The minimum of instances, provisioned at once: what a deployment before the run has left.
  void found();
  /// The minimum of instances is provisioned and started.
  kernel::Task<void> provision(std::string_view why);
  /// False when one of them is unhealthy.
  kernel::Task<bool> become_healthy();
  /// Healthy instances take traffic: the first is active.
  void begin_serving();

  /// Where the next request goes; null when every instance is full.
  Instance* choose();
  Place place_at(Instance& instance) { return Place(instance, *this); }
  /// A request found no place.
  void refused();
  bool has(State state) const;
  /// Instances that are there, in whatever state.
  std::int64_t present() const;
  /// Instances changed that requests may wait for.
  kernel::Signal& changed() { return changed_; }

  /// See Compute::crashable and crash.
  void add_crashable(std::string_view name, std::vector<std::int64_t>& numbers) const;
  void crash(std::string_view name, kernel::Duration down);

  /// Takes no more requests: those under way go on until `grace` is over, then they are cut off.
  kernel::Task<void> drain(kernel::Duration grace);
  /// All of it goes at once.
  void discard(std::string_view why);

  const Release& release() const { return release_; }

 private:
  void emptied(Instance& instance) override;

  /// "middleware-1"
  std::string name_of(const Instance& instance) const {
    return config_.name + "-" + std::to_string(instance.number);
  }
  Instance& add(State state);
  void announce(const Instance& fresh, std::string_view why);
  Instance* find(std::int64_t number);
  void start(Instance& instance);
  void change(Instance& instance, State state, std::string_view why);
  /// From provisioning on it is there for requests.
  void settle(Instance& instance, std::string_view why);
  void provision_one(std::string_view why);
  void provisioned(std::int64_t number);
  kernel::Task<void> admit(std::int64_t number);
  kernel::Task<bool> becomes_healthy(std::int64_t number);
  kernel::Task<bool> check(std::int64_t number);
  kernel::Task<void> watch_health(std::int64_t number);
  void replace(Instance& instance);
  Instance* least_loaded(State state);
  Instance* wake();
  void watch_idleness(Instance& instance);
  void on_idle(std::int64_t number);
  void drop(std::int64_t number);
  bool is_hit(const Instance& instance, std::string_view name) const;
  void crash(Instance& instance, kernel::Duration down);
  void restart(std::int64_t number);
  /// Its application dies with what it works on.
  void stop(Instance& instance);
  /// The same, and it does not come back.
  void take_down(Instance& instance, std::string_view why);
  void sweep();
  kernel::Task<bool> until_empty();

  const AppRunnerConfig& config_;
  Release release_;
  Surroundings around_;
  kernel::Scheduler& scheduler_;
  bool is_retired_ = false;
  std::int64_t refused_ = 0;  ///< requests, since nothing was being provisioned
  kernel::TimerId sweeping_;
  kernel::Signal changed_;
  std::vector<std::unique_ptr<Instance>> instances_;
  kernel::TaskScope tasks_;
};

}  // namespace emulator::compute
