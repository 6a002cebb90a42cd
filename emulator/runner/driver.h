#pragma once
// Makes a scenario's timeline happen in a world.
#include <functional>
#include <string>
#include <vector>

#include "emulator/runner/data_file.h"
#include "emulator/runner/world.h"
#include "middleware/kernel/task_scope.h"

namespace emulator::runner {

class Driver {
 public:
  /// Reads the data files; errors name file and line. The references outlive the driver.
  static kernel::Result<std::unique_ptr<Driver>> prepare(const Scenario& scenario, World& world,
                                                         kernel::Scheduler& scheduler);

  /// Asks for every line at its time.
  void start();

  /// Every line has begun and every publisher has ended.
  bool is_done() const { return begun_ == scenario_.timeline.size() && lines_.running() == 0; }

 private:
  Driver(const Scenario& scenario, World& world, kernel::Scheduler& scheduler)
      : scenario_(scenario), world_(world), scheduler_(scheduler) {}

  kernel::Task<void> play(const TimelineAction& action, const DataFile* data);
  kernel::Task<void> publish(const TimelineAction& action, const DataFile& data);
  kernel::Task<void> move_relay(const TimelineAction& action);
  kernel::Task<void> throttle(const TimelineAction& action);
  kernel::Task<void> deploy(const DeployAction& action);
  kernel::Task<void> fail_store(const TimelineAction& action);
  void change(const ChangeAction& action);
  void fail(OrgFault fault, std::int64_t times);
  kernel::Task<void> replay(const ReplayAction& action);
  kernel::Task<void> subscribe(const TimelineAction& action);
  void disconnect(const std::string& name, kernel::Timestamp until);
  void set_throttled(const std::string& target, bool is_throttled);

  const Scenario& scenario_;
  World& world_;
  kernel::Scheduler& scheduler_;
  std::vector<DataFile> data_;  // one a line, empty where the line publishes nothing
  std::vector<subscriber::StreamingClient*> subscribers_;  // that run
  std::size_t begun_ = 0;
  kernel::TaskScope lines_;
};

}  // namespace emulator::runner
