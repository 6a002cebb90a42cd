// How instances come up, are checked, crash and are replaced.
#include <algorithm>

#include "emulator/compute/compute.h"
#include "emulator/compute/fleet.h"

namespace emulator::compute {

using kernel::Task;

Task<void> Fleet::provision(std::string_view why) {
  for (std::int64_t i = 0; i < release_.limits.provisioned_min; ++i) announce(add(State::Provisioning), why);
  co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.provisioning);
  for (const auto& instance : instances_) start(*instance);
}

void Fleet::announce(const Instance& fresh, std::string_view why) {
  around_.journal.transition(
      {.kind = "instance", .subject = name_of(fresh), .to = to_text(fresh.state), .why = why});
}

Task<bool> Fleet::become_healthy() {
  std::vector<Task<bool>> checks;
  for (const auto& instance : instances_) checks.push_back(becomes_healthy(instance->number));
  const std::vector<bool> healthy = co_await kernel::all_of<bool>(std::move(checks));
  co_return std::ranges::all_of(healthy, [](bool is_healthy) { return is_healthy; });
}

void Fleet::provision_one(std::string_view why) {
  Instance& fresh = add(State::Provisioning);
  const std::int64_t number = fresh.number;
  announce(fresh, why);
  fresh.timer = scheduler_.call_at(scheduler_.now() + config_.provisioning, [this, number] {
    if (find(number) != nullptr) provisioned(number);
  });
}

void Fleet::provisioned(std::int64_t number) {
  Instance& ready = *find(number);
  start(ready);
  if (release_.health) {
    tasks_.spawn(admit(number));
  } else {
    settle(ready, "provisioned");
  }
}

// ASSUMPTION: nobody says what becomes of one that is never healthy: another is provisioned in its place.
Task<void> Fleet::admit(std::int64_t number) {
  const bool is_healthy = co_await becomes_healthy(number);
  Instance* const instance = find(number);
  if (instance == nullptr || instance->state != State::Provisioning) co_return;
  if (!is_healthy) co_return replace(*instance);
  settle(*instance, "provisioned");
  co_await watch_health(number);
}

Task<bool> Fleet::becomes_healthy(std::int64_t number) {
  const HealthConfig config = release_.health.value_or(HealthConfig{});
  HealthCount count(config);
  while (true) {
    const kernel::Timestamp next = scheduler_.now() + config.interval;
    const Health health = count.note(co_await check(number));
    if (health != Health::Undecided) co_return health == Health::Healthy;
    co_await kernel::sleep_until(scheduler_, next);
  }
}

Task<bool> Fleet::check(std::int64_t number) {
  const HealthConfig config = release_.health.value_or(HealthConfig{});
  Instance* const instance = find(number);
  if (instance == nullptr || instance->app == nullptr) co_return false;
  if (config.protocol == HealthConfig::Protocol::Tcp) co_return true;
  kernel::HttpRequest request{.target = config.path};
  request.host = config_.name;
  auto answer =
      instance->checks->answer(instance->app->handle(std::move(request)), scheduler_.now() + config.timeout);
  co_await answer.ended();
  const std::optional<kernel::HttpReply> reply = answer.take();
  co_return reply && reply->ending == kernel::Ending::Complete && reply->response.status == 200;
}

// ASSUMPTION: an instance that has no CPU is not asked.
Task<void> Fleet::watch_health(std::int64_t number) {
  HealthCount count(*release_.health);
  kernel::Timestamp next = scheduler_.now() + release_.health->interval;
  while (true) {
    co_await kernel::sleep_until(scheduler_, next);
    next = scheduler_.now() + release_.health->interval;
    const Instance* const instance = find(number);
    if (instance == nullptr || is_retired_ || instance->state == State::Gone) co_return;
    if (instance->state != State::Active && instance->state != State::Crashed) continue;
    const bool has_passed = co_await check(number);
    if (count.note(has_passed) != Health::Unhealthy) continue;
    if (Instance* const ill = find(number)) replace(*ill);
    co_return;
  }
}

// ASSUMPTION: an unhealthy instance is stopped at once, with what it works on.
void Fleet::replace(Instance& instance) {
  if (is_retired_ || instance.state == State::Gone) return;
  const std::string name = name_of(instance);
  take_down(instance, "health checks failed");
  provision_one("replaces " + name);
}

bool Fleet::is_hit(const Instance& instance, std::string_view name) const {
  const bool is_up = instance.state != State::Provisioning && instance.state != State::Crashed &&
                     instance.state != State::Gone;
  return is_up && (name == config_.name || name == name_of(instance));
}

void Fleet::add_crashable(std::string_view name, std::vector<std::int64_t>& numbers) const {
  for (const auto& instance : instances_) {
    if (is_hit(*instance, name)) numbers.push_back(instance->number);
  }
}

void Fleet::crash(std::string_view name, kernel::Duration down) {
  for (const auto& instance : instances_) {
    if (is_hit(*instance, name)) crash(*instance, down);
  }
}

// Volatile state is gone with the application. Requests that wait for its activation wait for its return.
void Fleet::crash(Instance& instance, kernel::Duration down) {
  if (is_retired_) return take_down(instance, "by the timeline");
  scheduler_.cancel(instance.timer);
  change(instance, State::Crashed, "by the timeline");
  stop(instance);
  instance.timer =
      scheduler_.call_at(scheduler_.now() + down, [this, number = instance.number] { restart(number); });
}

void Fleet::restart(std::int64_t number) {
  Instance* instance = find(number);
  if (instance == nullptr) return;
  start(*instance);
  settle(*instance, "restarted");
}

}  // namespace emulator::compute
