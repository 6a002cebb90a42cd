#pragma once
// Doors of APIs that are closed for a time: set by a timeline, or while a rig runs. Of several that are
// closed at one API the one that closed last is found.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/runner/network.h"
#include "emulator/runner/scenario.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"

namespace emulator::runner {

class Doors {
 public:
  /// The references outlive it.
  Doors(Network& network, kernel::Journal& journal, kernel::Scheduler& scheduler)
      : network_(network), journal_(journal), scheduler_(scheduler) {}

  /// Closed from `from` until `until`, or for good; with a flap it closes again and again. Each closing is a
  /// fault that fired. A later one of the same name replaces the earlier.
  void set(DoorAction door);
  /// Opens it, or never closes it; false when there is none of that name.
  bool lift(std::string_view name);

  struct Status {
    const DoorAction* door = nullptr;
    std::int64_t fired = 0;  ///< times it closed
  };
  /// In the order of setting; valid until the next set or lift.
  std::vector<Status> status() const;
  /// Takes away those whose time is over.
  void remove_ended();

  /// Nothing opens or closes any more.
  void stop() { held_.clear(); }

 private:
  struct Held {
    DoorAction door;
    std::uint64_t fired = 0;
    std::uint64_t closed_as = 0;  ///< its place in the order of closing; 0: it is open
    kernel::TaskScope flow;
  };
  kernel::Task<void> hold(Held& held);
  void close(Held& held);
  void open(Held& held);
  void show(const std::string& api);

  Network& network_;
  kernel::Journal& journal_;
  kernel::Scheduler& scheduler_;
  std::uint64_t closings_ = 0;
  std::vector<std::unique_ptr<Held>> held_;
};

}  // namespace emulator::runner
