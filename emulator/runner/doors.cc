#include "emulator/runner/doors.h"

#include <algorithm>

#include "middleware/kernel/wait.h"

namespace emulator::runner {

using kernel::Duration;
using kernel::Task;
using kernel::Timestamp;

void Doors::show(const std::string& api) {
  kernel::Door door = kernel::Door::Open;
  for (const Closed& closed : closed_) {
    if (closed.api == api) door = closed.door;
  }
  network_.set_door(api, door);
}

void Doors::close(const DoorAction& door, std::uint64_t n) {
  closed_.push_back({door.name, door.api, door.door});
  journal_.fault({.rule = door.name, .target = door.api, .n = n, .fired = true});
  show(door.api);
}

void Doors::open(const DoorAction& door) {
  std::erase_if(closed_, [&](const Closed& closed) { return closed.name == door.name; });
  show(door.api);
}

Task<void> Doors::hold(DoorAction door, std::optional<Timestamp> until) {
  if (!door.flap) {
    close(door, 1);
    if (!until) co_return;
    co_await kernel::sleep_until(scheduler_, *until);
    open(door);
    co_return;
  }
  const mocks::Flap& flap = *door.flap;
  const auto rest = [&](Duration duration) {
    return kernel::sleep_until(scheduler_, std::min(*until, scheduler_.now() + duration));
  };
  co_await rest(flap.offset);
  for (std::uint64_t n = 1; scheduler_.now() < *until; ++n) {
    close(door, n);
    co_await rest(flap.down);
    open(door);
    co_await rest(flap.up);
  }
}

}  // namespace emulator::runner
