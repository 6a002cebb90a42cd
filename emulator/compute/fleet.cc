#include "emulator/compute/fleet.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::compute {

using kernel::Task;

Fleet::Fleet(const AppRunnerConfig& config, Release release, Surroundings around)
    : config_(config),
      release_(release),
      around_(around),
      scheduler_(around.scheduler),
      changed_(around.scheduler) {
  const ScalingLimits& limits = release_.limits;
  CHECK(limits.provisioned_min >= 1 && limits.active_max >= limits.provisioned_min &&
        limits.concurrency >= 1);
  around_.living.push_back(this);
}

Fleet::~Fleet() {
  std::erase(around_.living, this);
  for (const auto& instance : instances_) {
    scheduler_.cancel(instance->timer);
    // Also where an answer that is on its way still holds them.
    instance->requests->cancel_all();
  }
  scheduler_.cancel(sweeping_);
}

Instance& Fleet::add(State state) {
  instances_.push_back(std::make_unique<Instance>(++around_.last_number, state));
  Instance& fresh = *instances_.back();
  fresh.requests = std::make_shared<Requests>(scheduler_);
  fresh.checks = std::make_unique<Checks>(scheduler_);
  return fresh;
}

void Fleet::start(Instance& instance) {
  if (!release_.listens) return;
  if (config_.cpu == Cpu::Always) {
    instance.app = around_.factory.start(instance.number);
    return;
  }
  if (!instance.cpu) instance.cpu = std::make_unique<CpuGate>(scheduler_);
  instance.cpu->open();
  instance.app = around_.factory.start_on(*instance.cpu, instance.number);
}

void Fleet::change(Instance& instance, State state, std::string_view why) {
  const State before = std::exchange(instance.state, state);
  if (instance.cpu && state == State::Inactive) instance.cpu->close();
  // One that drains has requests that waited for it to wake up.
  if (instance.cpu && (state == State::Active || state == State::Draining)) instance.cpu->open();
  around_.journal.transition({.kind = "instance",
                              .subject = name_of(instance),
                              .from = to_text(before),
                              .to = to_text(state),
                              .why = why});
}

void Fleet::found() {
  for (std::int64_t i = 0; i < release_.limits.provisioned_min; ++i) start(add(State::Inactive));
  begin_serving();
}

void Fleet::begin_serving() {
  for (const auto& instance : instances_) {
    if (instance == instances_.front()) {
      settle(*instance, "deployed");
    } else {
      // Where it comes from nothing it has just been started and stands by.
      if (instance->state != State::Inactive) change(*instance, State::Inactive, "deployed");
      if (instance->cpu) instance->cpu->close();
    }
    if (release_.health) tasks_.spawn(watch_health(instance->number));
  }
}

void Fleet::settle(Instance& instance, std::string_view why) {
  change(instance, is_retired_ ? State::Draining : State::Active, why);
  if (!is_retired_) watch_idleness(instance);
  if (is_retired_ && instance.running == 0) emptied(instance);
  changed_.notify_all();
}

Instance* Fleet::find(std::int64_t number) {
  const auto found = std::ranges::find(instances_, number, [](const auto& i) { return i->number; });
  return found == instances_.end() ? nullptr : found->get();
}

std::int64_t Fleet::present() const {
  return std::ranges::count_if(instances_, [](const auto& i) { return i->state != State::Gone; });
}

bool Fleet::has(State state) const {
  return std::ranges::any_of(instances_, [state](const auto& i) { return i->state == state; });
}

Instance* Fleet::choose() {
  if (Instance* active = least_loaded(State::Active)) return active;
  if (Instance* waking = least_loaded(State::Activating)) return waking;
  return wake();
}

Instance* Fleet::least_loaded(State state) {
  Instance* best = nullptr;
  for (const auto& instance : instances_) {
    if (instance->state != state || instance->running >= release_.limits.concurrency) continue;
    if (best == nullptr || instance->running < best->running) best = instance.get();
  }
  return best;
}

Instance* Fleet::wake() {
  for (const auto& instance : instances_) {
    if (instance->state != State::Inactive) continue;
    change(*instance, State::Activating, "a request came");
    scheduler_.cancel(instance->timer);
    instance->timer =
        scheduler_.call_at(scheduler_.now() + config_.activation, [this, number = instance->number] {
          if (Instance* woken = find(number)) settle(*woken, "activated");
        });
    return instance.get();
  }
  return nullptr;
}

void Fleet::refused() {
  const std::int64_t provisioning =
      std::ranges::count_if(instances_, [](const auto& i) { return i->state == State::Provisioning; });
  if (provisioning == 0) refused_ = 0;
  // ASSUMPTION: how many are started at once is undocumented. One for each instance's worth of refused
  // requests.
  if (refused_++ < provisioning * release_.limits.concurrency) return;
  if (present() >= release_.limits.active_max) return;
  provision_one("all instances are full");
}

void Fleet::watch_idleness(Instance& instance) {
  instance.idle_since = scheduler_.now();
  instance.timer = scheduler_.call_at(scheduler_.now() + config_.idle_max,
                                      [this, number = instance.number] { on_idle(number); });
}

void Fleet::on_idle(std::int64_t number) {
  Instance* instance = find(number);
  if (instance == nullptr || instance->state != State::Active) return;
  const kernel::Timestamp since = instance->running > 0 ? scheduler_.now() : instance->idle_since;
  const kernel::Timestamp due = since + config_.idle_max;
  if (due > scheduler_.now()) {
    instance->timer = scheduler_.call_at(due, [this, number] { on_idle(number); });
    return;
  }
  change(*instance, State::Inactive, "no requests");
  if (present() > release_.limits.provisioned_min) {
    instance->timer =
        scheduler_.call_at(scheduler_.now() + config_.scale_in, [this, number] { drop(number); });
  }
}

void Fleet::drop(std::int64_t number) {
  Instance* instance = find(number);
  if (instance == nullptr || instance->state != State::Inactive) return;
  if (present() <= release_.limits.provisioned_min) return;
  take_down(*instance, "scaled in");
}

void Fleet::stop(Instance& instance) {
  instance.requests->cut_off_all();
  instance.checks->cut_off_all();
  instance.app.reset();
}

// Nobody holds a place of a dead instance for long: who waits for it is told.
void Fleet::take_down(Instance& instance, std::string_view why) {
  scheduler_.cancel(instance.timer);
  change(instance, State::Gone, why);
  stop(instance);
  around_.factory.gone(instance.number);
  changed_.notify_all();
  if (instance.running == 0) emptied(instance);
}

void Fleet::emptied(Instance& instance) {
  instance.idle_since = scheduler_.now();
  if (instance.state != State::Gone && instance.state != State::Draining) return;
  if (!sweeping_) sweeping_ = scheduler_.call_soon([this] { sweep(); });
}

/// What is gone, or drained, and held by nobody.
void Fleet::sweep() {
  sweeping_ = {};
  for (const auto& instance : instances_) {
    if (instance->state == State::Draining && instance->running == 0) {
      change(*instance, State::Gone, "drained");
      instance->app.reset();
      around_.factory.gone(instance->number);
    }
  }
  std::erase_if(instances_, [](const auto& i) { return i->state == State::Gone && i->running == 0; });
  changed_.notify_all();
}

Task<void> Fleet::drain(kernel::Duration grace) {
  is_retired_ = true;
  for (const auto& instance : instances_) {
    if (instance->state == State::Active && instance->running > 0) {
      scheduler_.cancel(instance->timer);  // of its idleness
      change(*instance, State::Draining, "a new version serves");
    } else if (instance->state != State::Activating) {
      take_down(*instance, "replaced");
    }
  }
  co_await kernel::with_deadline(scheduler_, scheduler_.now() + grace, until_empty());
  discard("grace is over");
  co_await until_empty();
}

Task<bool> Fleet::until_empty() {
  while (!instances_.empty()) co_await changed_.wait();
  co_return true;
}

void Fleet::discard(std::string_view why) {
  for (const auto& instance : instances_) {
    if (instance->state != State::Gone) take_down(*instance, why);
  }
}

}  // namespace emulator::compute
