#include "middleware/service/gate.h"

#include <algorithm>

#include "middleware/core/server_hints.h"

namespace service {

using core::FailureClass;
using kernel::Duration;
using kernel::Timestamp;
using namespace std::chrono_literals;

namespace {

/// When to come again after finding every place taken. ASSUMPTION: the facts name no time; a second is the
/// least that Retry-After can say.
constexpr Duration kFullRetryAfter = 1s;

}  // namespace

Gate::Gate(const ApiConfig& config, kernel::Scheduler& scheduler, core::Breaker::Listener listener)
    : scheduler_(scheduler), is_told_when_(!config.breaker_counts_throttles) {
  if (config.breaker) breaker_ = std::make_unique<core::Breaker>(*config.breaker, std::move(listener));
  if (config.rate) limiter_.emplace(*config.rate);
  if (config.concurrency) slots_ = std::make_unique<Slots>(*config.concurrency, scheduler);
}

core::BreakerState Gate::breaker_state() const {
  return breaker_ ? breaker_->state(scheduler_.now()) : core::BreakerState::Closed;
}

Gate::Pass& Gate::Pass::operator=(Pass&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  gate_ = std::exchange(other.gate_, nullptr);
  permit_ = std::move(other.permit_);
  reservation_ = other.reservation_;
  slot_ = std::move(other.slot_);
  refusal_ = std::move(other.refusal_);
  stage_ = other.stage_;
  return *this;
}

void Gate::Pass::give_back() {
  const bool is_reserved = stage_ == Stage::Reserved || stage_ == Stage::Slot;
  if (gate_ != nullptr && gate_->limiter_ && is_reserved) gate_->limiter_->give_back(reservation_);
  gate_ = nullptr;
  stage_ = Stage::Breaker;
  permit_.give_back();
  slot_.release();
}

void Gate::Pass::end(core::Sample sample, Duration took, Timestamp now) {
  if (permit_) permit_.record(sample, took, now);
  give_back();
}

void Gate::refuse(Pass& pass, Refusal refusal) {
  ++counts_.refused[static_cast<std::size_t>(refusal.reason)];
  pass.give_back();
  pass.refusal_ = std::make_unique<Refusal>(refusal);
}

std::optional<kernel::Task<void>> Gate::enter(Pass& pass, Timestamp latest) {
  pass = {};
  pass.gate_ = this;
  const Step step = advance(pass, latest);
  if (step.next == Next::Done) return std::nullopt;
  return go_through(pass, latest, step);
}

kernel::Task<void> Gate::go_through(Pass& pass, Timestamp latest, Step step) {
  while (step.next != Next::Done) {
    if (step.next == Next::Sleep) {
      co_await kernel::sleep_until(scheduler_, pass.reservation_.start);
      step = advance(pass, latest);
      continue;
    }
    const Timestamp since = scheduler_.now();
    const Timestamp until = std::min(latest, since + slots_->bulkhead().rules().wait_max);
    ++counts_.queued;
    pass.slot_ = co_await slots_->wait(step.ticket, until);
    counts_.queue_wait += scheduler_.now() - since;
    step = {};
    if (pass.slot_) {
      pass.stage_ = Pass::Stage::Through;
    } else {
      refuse(pass, {Stop::ConcurrencyWait, FailureClass::Throttled, kFullRetryAfter});
    }
  }
}

Gate::Step Gate::advance(Pass& pass, Timestamp latest) {
  using Stage = Pass::Stage;
  if (pass.stage_ == Stage::Breaker && !passes_breaker(pass)) return {};
  // A pause that was set while it waited holds it up like everybody.
  const bool is_void = pass.stage_ == Stage::Reserved && !limiter_->is_valid(pass.reservation_);
  if (pass.stage_ == Stage::Rate || is_void) {
    pass.stage_ = Stage::Rate;
    if (const auto step = reserve(pass, latest)) return *step;
  }
  return take_slot(pass);
}

bool Gate::passes_breaker(Pass& pass) {
  pass.stage_ = Pass::Stage::Rate;
  if (!breaker_) return true;
  const Timestamp now = scheduler_.now();
  pass.permit_ = breaker_->try_acquire(now);
  if (pass.permit_) return true;
  refuse(pass, {Stop::BreakerOpen, FailureClass::Transient, breaker_->open_left(now)});
  return false;
}

/// Nothing: it may go on now.
std::optional<Gate::Step> Gate::reserve(Pass& pass, Timestamp latest) {
  const Timestamp now = scheduler_.now();
  if (limiter_) {
    const auto reserved = limiter_->reserve(now, std::max<Duration>(0ns, latest - now));
    if (!reserved) {
      const Timestamp again = limiter_->retry_at(now).value_or(now);
      refuse(pass, {Stop::RateLimit, FailureClass::Throttled, again - now});
      return Step{};
    }
    pass.reservation_ = *reserved;
    ++counts_.granted;
    counts_.rate_wait += std::max<Duration>(0ns, reserved->start - now);
  }
  pass.stage_ = Pass::Stage::Reserved;
  if (!limiter_ || pass.reservation_.start <= now) return std::nullopt;
  return Step{.next = Next::Sleep};
}

Gate::Step Gate::take_slot(Pass& pass) {
  pass.stage_ = Pass::Stage::Slot;
  if (slots_) {
    Slots::Entered entered = slots_->enter();
    if (entered.entry == core::Bulkhead::Entry::Waits) return {.next = Next::Queue, .ticket = entered.ticket};
    if (entered.entry == core::Bulkhead::Entry::Full) {
      refuse(pass, {Stop::ConcurrencyFull, FailureClass::Throttled, kFullRetryAfter});
      return {};
    }
    pass.slot_ = std::move(entered.slot);
  }
  pass.stage_ = Pass::Stage::Through;
  return {};
}

std::optional<Duration> Gate::pause_left() const {
  return limiter_ ? std::optional(limiter_->pause_left(scheduler_.now())) : std::nullopt;
}

void Gate::share_rate(std::int64_t among, Timestamp when) {
  if (limiter_) limiter_->share(among, when);
}

void Gate::heed(const core::CallResult& result, const kernel::HttpResult& answer) {
  if (!limiter_ || !answer || !is_told_when_) return;
  const Timestamp now = scheduler_.now();
  if (result.retry_after) return limiter_->pause(now, *result.retry_after);
  if (const auto hint = core::rate_limit_of(answer->headers, scheduler_.wall_now()))
    limiter_->heed(now, *hint);
}

}  // namespace service
