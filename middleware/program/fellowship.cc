#include "middleware/program/fellowship.h"

#include <algorithm>
#include <utility>

#include "middleware/kernel/wait.h"

namespace program {

using core::BreakerState;
using kernel::Task;
using kernel::Timestamp;

namespace {

constexpr int kLooksUntilGone = 10;

}  // namespace

Fellowship::Fellowship(store::Fellows& fellows, kernel::Scheduler& scheduler, kernel::HopSink& log,
                       std::string instance, kernel::Duration look_every)
    : fellows_(fellows),
      scheduler_(scheduler),
      log_(log),
      instance_(std::move(instance)),
      look_every_(look_every) {}

void Fellowship::join(std::vector<service::ApiCaller*> callers) {
  callers_ = std::move(callers);
  heeded_.clear();
  const Timestamp begin = scheduler_.now() + (has_met_ ? kernel::Duration{0} : look_every_);
  for (service::ApiCaller* caller : callers_) caller->share_rate(instances_, begin);
}

Task<void> Fellowship::meet_again_and_again() {
  while (true) {
    const Timestamp now = scheduler_.now();
    const auto meeting =
        co_await fellows_.meet(instance_, own_open(), now, now - look_every_ * kLooksUntilGone);
    // Who cannot ask goes on as before: without the store there are no events to work on.
    if (meeting) heed(*meeting);
    co_await kernel::sleep_until(scheduler_, now + look_every_);
  }
}

std::vector<store::OpenBreaker> Fellowship::own_open() {
  std::vector<store::OpenBreaker> open;
  const Timestamp now = scheduler_.now();
  for (service::ApiCaller* caller : callers_) {
    const bool is_open = caller->breaker_state() == BreakerState::Open;
    const auto heeded = std::ranges::find(heeded_, caller->config().name, &Heeded::api);
    if (heeded != heeded_.end() && !is_open) heeded->is_open = false;
    const bool is_theirs = heeded != heeded_.end() && heeded->is_open;
    if (is_open && !is_theirs)
      open.push_back({.api = caller->config().name, .until = now + caller->breaker()->open_left(now)});
  }
  return open;
}

void Fellowship::heed(const store::Meeting& meeting) {
  has_met_ = true;
  if (meeting.instances != instances_) {
    instances_ = meeting.instances;
    const std::string fields = R"({"instances":)" + std::to_string(instances_) + "}";
    log_.log({.source = "fellows", .message = "instances that share the store", .fields = fields});
    for (service::ApiCaller* caller : callers_) caller->share_rate(instances_, scheduler_.now());
  }
  for (const store::OpenBreaker& theirs : meeting.open) {
    const auto ours =
        std::ranges::find_if(callers_, [&](const auto* c) { return c->config().name == theirs.api; });
    if (ours != callers_.end() && (*ours)->breaker() != nullptr) heed(theirs, **ours);
  }
}

void Fellowship::heed(const store::OpenBreaker& theirs, service::ApiCaller& caller) {
  auto heeded = std::ranges::find(heeded_, theirs.api, &Heeded::api);
  if (heeded == heeded_.end()) heeded = heeded_.insert(heeded_.end(), Heeded{.api = theirs.api});
  // Of one opening there is news once: it ends when it was told to end, whoever tells of it again.
  if (theirs.until <= heeded->until + look_every_) return;
  heeded->until = theirs.until;
  if (caller.breaker_state() != BreakerState::Closed) return;
  heeded->is_open = true;
  caller.breaker()->open(scheduler_.now());
}

}  // namespace program
