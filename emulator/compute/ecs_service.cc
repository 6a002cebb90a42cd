#include "emulator/compute/ecs_service.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::compute {
namespace {

/// How often a task that is to end is looked at. ASSUMPTION: an application ends when it has nothing to do.
constexpr kernel::Duration kEndPoll = std::chrono::seconds{1};

}  // namespace

std::string_view EcsService::to_text(State state) {
  switch (state) {
    case State::Pending:
      return "pending";
    case State::Initial:
      return "initial";
    case State::Healthy:
      return "healthy";
    case State::Unhealthy:
      return "unhealthy";
    case State::Draining:
      return "draining";
    case State::Stopping:
      return "stopping";
    case State::Crashed:
      return "crashed";
    case State::Stopped:
      return "stopped";
  }
  return "unknown";
}

EcsService::State EcsService::state_of(TargetState health) {
  switch (health) {
    case TargetState::Initial:
      return State::Initial;
    case TargetState::Healthy:
      return State::Healthy;
    case TargetState::Unhealthy:
      return State::Unhealthy;
    case TargetState::Draining:
      return State::Draining;
  }
  return State::Unhealthy;
}

EcsService::EcsService(EcsAlbConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                       kernel::Journal& journal, InstanceFactory& factory)
    : config_(std::move(config)),
      scheduler_(scheduler),
      journal_(journal),
      factory_(factory),
      desired_(config_.tasks_min),
      changed_(scheduler),
      balancer_(config_, seed, scheduler, journal, *this) {
  CHECK(config_.tasks_min >= 1 && config_.tasks_max >= config_.tasks_min);
  for (std::int64_t i = 0; i < desired_; ++i) {
    members_.push_back(std::make_unique<Member>(++started_, newest_, config_.task, scheduler_));
    Member& member = *members_.back();
    member.task.run(factory_.start(member.number));
    change(member, State::Healthy, "deployed");
    balancer_.add(member.number, member.revision, member.task, TargetState::Healthy);
  }
}

EcsService::~EcsService() {
  for (const auto& member : members_) scheduler_.cancel(member->timer);
}

EcsService::Member* EcsService::find(std::int64_t number) {
  const auto found = std::ranges::find(members_, number, [](const auto& m) { return m->number; });
  return found == members_.end() ? nullptr : found->get();
}

void EcsService::change(Member& member, State state, std::string_view why) {
  const bool is_new = member.state == State::Pending && state != State::Initial && state != State::Stopped;
  const State before = std::exchange(member.state, state);
  journal_.transition({.kind = "task",
                       .subject = instance_name(member.number),
                       .from = is_new ? std::string_view{} : to_text(before),
                       .to = to_text(state),
                       .why = why});
  changed_.notify_all();
}

ServiceReading EcsService::read() {
  ServiceReading reading;
  for (const auto& member : members_) {
    if (member->task.is_up()) {
      if (const auto percent = member->task.cpu_percent()) reading.cpu.push_back(*percent);
    }
    if (member->state == State::Pending || is_leaving(*member)) continue;
    ++(balancer_.health_of(member->number) == TargetState::Healthy ? reading.healthy : reading.unhealthy);
  }
  return reading;
}

void EcsService::set_desired(std::int64_t tasks, std::string_view why) {
  CHECK(tasks >= 0);
  if (tasks == desired_) return;
  const std::string from = std::to_string(desired_);
  const std::string to = std::to_string(tasks);
  journal_.transition({.kind = "service", .subject = kServiceName, .from = from, .to = to, .why = why});
  desired_ = tasks;
  reconcile("scaled");
}

void EcsService::reconcile(std::string_view why) {
  for (const int revision : revisions_) reconcile(revision, why);
  for (std::size_t i = members_.size(); i-- > 0;) {
    Member& member = *members_[i];
    const bool is_wanted = std::ranges::find(revisions_, member.revision) != revisions_.end();
    if (!is_wanted && !is_leaving(member)) stop(member, why);
  }
}

void EcsService::reconcile(int revision, std::string_view why) {
  const auto is_kept = is_of(revision, true);
  const auto is_old = is_of(revision, false);
  while (std::ranges::count_if(members_, is_kept) < desired_) start(revision, why);
  while (std::ranges::count_if(members_, is_kept) > desired_) {
    const auto newest = std::find_if(members_.rbegin(), members_.rend(), is_kept);
    stop(**newest, why);
  }
  // No more than twice the desired count.
  while (std::ranges::count_if(members_, is_old) > desired_)
    stop(**std::ranges::find_if(members_, is_old), "replaced");
}

void EcsService::start(int revision, std::string_view why) {
  members_.push_back(std::make_unique<Member>(++started_, revision, config_.task, scheduler_));
  Member& member = *members_.back();
  member.created = scheduler_.now();
  change(member, State::Pending, why);
  member.timer = scheduler_.call_at(scheduler_.now() + config_.start_time,
                                    [this, number = member.number] { started(number); });
}

void EcsService::started(std::int64_t number) {
  Member& member = *find(number);
  member.timer = {};
  member.task.run(make_app(member));
  change(member, State::Initial, "it listens");
  balancer_.add(number, member.revision, member.task, TargetState::Initial);
}

void EcsService::stop(Member& member, std::string_view why) {
  if (member.state == State::Pending) return remove(member, why);
  change(member, State::Draining, why);
  balancer_.deregister(member.number);
}

void EcsService::became(std::int64_t number, TargetState health) {
  Member& member = *find(number);
  if (member.state != State::Crashed) change(member, state_of(health), "health checks");
  if (health == TargetState::Unhealthy) {
    member.is_replaced = true;
    reconcile("a task is unhealthy");
  }
  retire_replaced(member.revision);
}

void EcsService::retire_replaced(int revision) {
  const auto serves = [is_kept = is_of(revision, true)](const auto& m) {
    return is_kept(m) && m->state == State::Healthy;
  };
  const auto is_old = is_of(revision, false);
  while (std::ranges::count_if(members_, serves) + std::ranges::count_if(members_, is_old) > desired_) {
    const auto oldest = std::ranges::find_if(members_, is_old);
    if (oldest == members_.end()) return;
    stop(**oldest, "replaced");
  }
}

void EcsService::drained(std::int64_t number) {
  Member& member = *find(number);
  // One that is down has nothing to end.
  if (!member.task.is_up()) return remove(member, "drained");
  change(member, State::Stopping, "SIGTERM");
  factory_.terminate(number);
  await_end(number, scheduler_.now() + config_.stop_grace);
}

void EcsService::await_end(std::int64_t number, kernel::Timestamp until) {
  Member& member = *find(number);
  member.timer = {};
  const bool has_ended = member.task.working() == 0 && factory_.is_idle(number);
  if (has_ended || scheduler_.now() >= until)
    return remove(member, has_ended ? "it ended" : "SIGKILL after the grace");
  member.timer = scheduler_.call_at(std::min(scheduler_.now() + kEndPoll, until),
                                    [this, number, until] { await_end(number, until); });
}

void EcsService::remove(Member& member, std::string_view why) {
  scheduler_.cancel(member.timer);
  change(member, State::Stopped, why);
  if (member.task.is_up()) member.task.kill();
  factory_.gone(member.number);
  std::erase_if(members_, [&member](const auto& m) { return m.get() == &member; });
}

std::vector<std::int64_t> EcsService::crashable(std::string_view name) const {
  std::vector<std::int64_t> numbers;
  for (const auto& member : members_) {
    const bool is_meant = name == kServiceName || name == instance_name(member->number);
    if (is_meant && member->task.is_up()) numbers.push_back(member->number);
  }
  return numbers;
}

void EcsService::crash(std::string_view name, kernel::Duration down) {
  for (const std::int64_t number : crashable(name)) crash(*find(number), down);
}

// Nobody deregisters it: requests go on to come until its checks have failed.
void EcsService::crash(Member& member, kernel::Duration down) {
  member.task.kill();
  if (member.state == State::Stopping) return remove(member, "by the timeline");
  if (is_leaving(member)) return;
  change(member, State::Crashed, "by the timeline");
  member.timer =
      scheduler_.call_at(scheduler_.now() + down, [this, number = member.number] { restart(number); });
}

void EcsService::restart(std::int64_t number) {
  Member& member = *find(number);
  member.timer = {};
  if (is_leaving(member)) return;
  member.task.run(make_app(member));
  change(member, state_of(balancer_.health_of(number)), "restarted");
}

}  // namespace emulator::compute
