#include "emulator/runner/doors.h"

#include <algorithm>

#include "middleware/kernel/wait.h"

namespace emulator::runner {

using kernel::Duration;
using kernel::Task;

void Doors::show(const std::string& api) {
  const Held* last = nullptr;
  for (const auto& held : held_) {
    const bool is_closed = held->door.api == api && held->closed_as > 0;
    if (is_closed && (last == nullptr || held->closed_as > last->closed_as)) last = held.get();
  }
  network_.set_door(api, last == nullptr ? kernel::Door::Open : last->door.door);
}

void Doors::close(Held& held) {
  held.closed_as = ++closings_;
  journal_.fault({.rule = held.door.name, .target = held.door.api, .n = ++held.fired, .fired = true});
  show(held.door.api);
}

void Doors::open(Held& held) {
  held.closed_as = 0;
  show(held.door.api);
}

Task<void> Doors::hold(Held& held) {
  const DoorAction& door = held.door;
  if (scheduler_.now() < door.from) co_await kernel::sleep_until(scheduler_, door.from);
  if (!door.flap) {
    close(held);
    if (!door.until) co_return;
    co_await kernel::sleep_until(scheduler_, *door.until);
    open(held);
    co_return;
  }
  const mocks::Flap& flap = *door.flap;
  const auto rest = [&](Duration duration) {
    return kernel::sleep_until(scheduler_, std::min(*door.until, scheduler_.now() + duration));
  };
  co_await rest(flap.offset);
  while (scheduler_.now() < *door.until) {
    close(held);
    co_await rest(flap.down);
    open(held);
    co_await rest(flap.up);
  }
}

void Doors::set(DoorAction door) {
  lift(door.name);
  held_.push_back(std::make_unique<Held>(std::move(door)));
  Held& held = *held_.back();
  held.flow.spawn(hold(held));
}

bool Doors::lift(std::string_view name) {
  const auto found =
      std::ranges::find(held_, name, [](const auto& held) -> std::string_view { return held->door.name; });
  if (found == held_.end()) return false;
  const std::unique_ptr<Held> lifted = std::move(*found);
  held_.erase(found);
  lifted->flow.cancel_all();
  if (lifted->closed_as > 0) show(lifted->door.api);
  return true;
}

std::vector<Doors::Status> Doors::status() const {
  std::vector<Status> all;
  for (const auto& held : held_) all.push_back({&held->door, static_cast<std::int64_t>(held->fired)});
  return all;
}

void Doors::remove_ended() {
  std::erase_if(held_, [](const auto& held) { return held->door.until && held->flow.running() == 0; });
}

}  // namespace emulator::runner
