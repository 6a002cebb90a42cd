#pragma once
// Doors of APIs that are closed for a time. Of several that overlap the one that came last is found.
#include <string>
#include <vector>

#include "emulator/runner/network.h"
#include "emulator/runner/scenario.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::runner {

class Doors {
 public:
  /// The references outlive it.
  Doors(Network& network, kernel::Journal& journal, kernel::Scheduler& scheduler)
      : network_(network), journal_(journal), scheduler_(scheduler) {}

  /// From now until then, or for good; with a flap it closes again and again. Each closing is a fault that
  /// fired.
  kernel::Task<void> hold(DoorAction door, std::optional<kernel::Timestamp> until);

 private:
  struct Closed {
    std::string name;
    std::string api;
    kernel::Door door;
  };
  void close(const DoorAction& door, std::uint64_t n);
  void open(const DoorAction& door);
  void show(const std::string& api);

  Network& network_;
  kernel::Journal& journal_;
  kernel::Scheduler& scheduler_;
  std::vector<Closed> closed_;  // in the order of closing
};

}  // namespace emulator::runner
