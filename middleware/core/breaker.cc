#include "middleware/core/breaker.h"

#include <algorithm>
#include <string>
#include <utility>

#include "middleware/kernel/check.h"

namespace core {

using kernel::Duration;
using kernel::Timestamp;

std::string_view to_text(BreakerState state) {
  switch (state) {
    case BreakerState::Closed:
      return "closed";
    case BreakerState::Open:
      return "open";
    case BreakerState::HalfOpen:
      return "half_open";
    case BreakerState::ForcedOpen:
      return "forced_open";
    case BreakerState::Disabled:
      return "disabled";
  }
  return "unknown";
}

Breaker::Permit::Permit(Permit&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      generation_(other.generation_),
      admitted_in_(other.admitted_in_) {}

Breaker::Permit& Breaker::Permit::operator=(Permit&& other) noexcept {
  std::swap(breaker_, other.breaker_);
  std::swap(generation_, other.generation_);
  std::swap(admitted_in_, other.admitted_in_);
  return *this;
}

void Breaker::Permit::record(Sample sample, Duration took, Timestamp now) {
  CHECK(breaker_ != nullptr);
  std::exchange(breaker_, nullptr)->record(*this, sample, took, now);
}

void Breaker::Permit::give_back() {
  Breaker* breaker = std::exchange(breaker_, nullptr);
  if (breaker == nullptr || generation_ != breaker->generation_) return;
  if (breaker->state_ == BreakerState::HalfOpen) --breaker->probes_admitted_;
}

Breaker::Breaker(BreakerRules rules, Listener listener)
    : rules_(std::move(rules)), listener_(std::move(listener)) {
  CHECK(!rules_.open_for.empty() && rules_.probes >= 1 && rules_.calls_min >= 1);
  if (const auto* time = std::get_if<TimeWindow>(&rules_.trip)) {
    window_.emplace(*time);
  } else if (const auto* count = std::get_if<CountWindow>(&rules_.trip)) {
    CHECK(count->size >= 1 && !rules_.variant.counts_starts);
    rules_.calls_min = std::min(rules_.calls_min, count->size);
    window_.emplace(*count);
  }
}

Breaker::Permit Breaker::try_acquire(Timestamp now) {
  make_due_changes(now, true);
  const bool is_counted = state_ != BreakerState::Disabled && state_ != BreakerState::ForcedOpen;
  if (rules_.variant.counts_starts && window_ && is_counted) window_->add({.calls = 1}, now);
  const bool must_be_past = rules_.variant.opens_up_after_only;
  if (state_ == BreakerState::Open && now - since_ >= open_time() + Duration{must_be_past ? 1 : 0}) {
    change(BreakerState::HalfOpen, now, "the open time is over");
  }
  switch (state_) {
    case BreakerState::Closed:
    case BreakerState::Disabled:
      return Permit{*this, generation_, state_};
    case BreakerState::Open:
    case BreakerState::ForcedOpen:
      return {};
    case BreakerState::HalfOpen:
      break;
  }
  if (probes_admitted_ >= rules_.probes) return {};
  ++probes_admitted_;
  return Permit{*this, generation_, state_};
}

bool Breaker::must_wait(Timestamp now) {
  return rules_.variant.excess_waits && state(now) == BreakerState::HalfOpen;
}

Duration Breaker::open_time() const {
  const auto last = static_cast<std::int64_t>(rules_.open_for.size()) - 1;
  return rules_.open_for[static_cast<std::size_t>(std::clamp<std::int64_t>(openings_in_row_ - 1, 0, last))];
}

Duration Breaker::open_left(Timestamp now) const {
  if (state_ != BreakerState::Open) return Duration{0};
  return std::max(Duration{0}, since_ + open_time() - now);
}

BreakerState Breaker::state(Timestamp now) {
  make_due_changes(now, true);
  return state_;
}

void Breaker::make_due_changes(Timestamp now, bool at_the_end_too) {
  if (rules_.variant.half_open_by_timer && state_ == BreakerState::Open) {
    // A result of the very instant belongs to a call from before the opening: it comes before the change.
    const Timestamp over = since_ + open_time();
    if (now > over || (now == over && at_the_end_too))
      change(BreakerState::HalfOpen, over, "the open time is over");
  }
  if (state_ != BreakerState::HalfOpen || rules_.half_open_max.count() == 0) return;
  const Timestamp over = since_ + rules_.half_open_max;
  if (now < over) return;
  if (rules_.half_open_max_closes) {
    change(BreakerState::Closed, over, "half-open for too long");
  } else {
    trip(over, "half-open for too long");
  }
}

void Breaker::record(const Permit& permit, Sample sample, Duration took, Timestamp now) {
  make_due_changes(std::max(now, since_), false);
  if (state_ == BreakerState::Disabled) return;
  const bool late = permit.generation_ != generation_;
  if (sample == Sample::Ignored) {
    const bool is_probe = state_ == BreakerState::HalfOpen && !late;
    if (rules_.variant.ignored_result == IgnoredResult::Closes && is_probe)
      return change(BreakerState::Closed, now, "a probe was ignored", Window::Kept);
    if (rules_.variant.ignored_result != IgnoredResult::Success) {
      if (is_probe) --probes_admitted_;
      return;
    }
    sample = Sample::Success;
  }
  const bool can_be_slow = sample == Sample::Success || !rules_.variant.failures_are_never_slow;
  const Result result{sample, can_be_slow && rules_.slow_percent && took > rules_.slow_above, now};
  if (late) return record_late(permit, result);
  if (state_ == BreakerState::HalfOpen) return record_probe(result);
  record_closed(result);
}

void Breaker::record_late(const Permit& permit, const Result& result) {
  switch (rules_.variant.late_results) {
    case LateResults::Drop:
      return;
    case LateResults::CurrentState:
      if (state_ == BreakerState::Closed) return record_closed(result);
      if (state_ == BreakerState::HalfOpen) return record_probe(result);
      return add_to_window(result);
    case LateResults::AdmissionState:
      if (permit.admitted_in_ == BreakerState::HalfOpen) return record_late_probe(result);
      return record_closed(result);
  }
}

void Breaker::record_late_probe(const Result& result) {
  if (state_ == BreakerState::HalfOpen) return record_probe(result);
  if (state_ != BreakerState::Open || !rules_.variant.late_probe_closes_open) return;
  add_to_probed(result);
  if (probed_.calls == rules_.probes && !is_over(probed_)) close_after(result);
}

void Breaker::add_to_probed(const Result& result) {
  ++probed_.calls;
  if (result.sample == Sample::Failed) ++probed_.failed;
  if (result.slow) ++probed_.slow;
}

void Breaker::add_to_window(const Result& result) {
  if (!window_) return;
  window_->add({.calls = rules_.variant.counts_starts ? 0 : 1,
                .failed = result.sample == Sample::Failed ? 1 : 0,
                .slow = result.slow ? 1 : 0},
               result.when);
}

void Breaker::record_closed(const Result& result) {
  const bool failed = result.sample == Sample::Failed;
  failures_in_row_ = failed ? failures_in_row_ + 1 : 0;
  add_to_window(result);
  // Where a full round decides, the round and the window are one list of results.
  const bool joins_round = rules_.variant.half_open_decision == HalfOpenDecision::FullRound;
  if (state_ == BreakerState::HalfOpen && joins_round) add_to_probed(result);
  if (state_ == BreakerState::Open || state_ == BreakerState::ForcedOpen) return;
  if (rules_.variant.only_bad_results_trip && !failed && !result.slow) return;
  if (kernel::nanoseconds(result.when) < rules_.variant.warm_up.count()) return;
  judge_window(result);
}

void Breaker::judge_window(const Result& result) {
  if (const auto* consecutive = std::get_if<ConsecutiveFailures>(&rules_.trip)) {
    if (failures_in_row_ >= consecutive->failures) trip(result.when, "failures in a row");
    return;
  }
  const ResultCounts sum = window_->totals(result.when);
  if (sum.calls < rules_.calls_min || !is_over(sum)) return;
  trip(result.when, std::to_string(sum.failed) + " of " + std::to_string(sum.calls) + " calls failed, " +
                        std::to_string(sum.slow) + " were slow");
}

void Breaker::record_probe(const Result& result) {
  add_to_probed(result);
  if (rules_.variant.window_on_close == WindowOnClose::Keep) add_to_window(result);
  judge_probes(result);
}

void Breaker::judge_probes(const Result& result) {
  const bool failed = result.sample == Sample::Failed;
  const auto decision = rules_.variant.half_open_decision;
  if (decision == HalfOpenDecision::FirstResult) {
    if (failed) return trip(result.when, "a probe failed");
    return close_after(result);
  }
  if (decision == HalfOpenDecision::FullRound ? probed_.calls != rules_.probes : false) return;
  if (!window_ && decision == HalfOpenDecision::Rate) {
    if (failed) return trip(result.when, "a probe failed");
    if (probed_.calls >= rules_.probes) close_after(result);
    return;
  }
  if (decision == HalfOpenDecision::Rate && probed_.calls < std::min(rules_.calls_min, rules_.probes)) return;
  if (!is_over(probed_)) return close_after(result);
  trip(result.when,
       std::to_string(probed_.failed) + " of " + std::to_string(probed_.calls) + " probes failed");
}

void Breaker::close_after(const Result& probe) {
  change(BreakerState::Closed, probe.when, "the probes succeeded");
  if (rules_.variant.window_on_close != WindowOnClose::ClearButKeepProbe) return;
  clear_window();
  add_to_window(probe);
}

bool Breaker::is_over(const ResultCounts& counts) const {
  const std::int64_t above = rules_.variant.trips_above_only ? 1 : 0;
  const auto reaches = [&](std::int64_t part, const std::optional<std::int64_t>& percent) {
    return percent && part * 100 >= *percent * counts.calls + above;
  };
  return reaches(counts.failed, rules_.failed_percent) || reaches(counts.slow, rules_.slow_percent);
}

void Breaker::trip(Timestamp when, std::string_view why) {
  ++openings_in_row_;
  change(BreakerState::Open, when, why);
}

void Breaker::clear_window() {
  if (window_) window_->clear();
  failures_in_row_ = 0;
}

void Breaker::change(BreakerState to, Timestamp when, std::string_view why, Window window) {
  const BreakerState from = std::exchange(state_, to);
  ++generation_;
  since_ = when;
  probes_admitted_ = 0;
  // A round that ran out of time may still be completed where late probes close.
  if (to != BreakerState::Open || !rules_.variant.late_probe_closes_open) probed_ = {};
  if (to == BreakerState::Closed) {
    openings_in_row_ = 0;
    if (rules_.variant.window_on_close == WindowOnClose::Clear && window != Window::Kept) clear_window();
  }
  if (listener_ && from != to) listener_(from, to, why);
}

void Breaker::reset(Timestamp now) { change(BreakerState::Closed, now, "reset by an operator"); }

void Breaker::open(Timestamp now) {
  if (state_ != BreakerState::Open) trip(now, "opened by an operator");
}

void Breaker::force_open(Timestamp now) {
  ++forced_;
  if (state_ != BreakerState::ForcedOpen) change(BreakerState::ForcedOpen, now, "forced by an operator");
}

void Breaker::release(Timestamp now) {
  if (forced_ > 0 && --forced_ == 0) change(BreakerState::Closed, now, "released by an operator");
}

void Breaker::disable(Timestamp now) { change(BreakerState::Disabled, now, "disabled by an operator"); }

void Breaker::enable(Timestamp now) {
  if (state_ == BreakerState::Disabled) change(BreakerState::Closed, now, "enabled by an operator");
}

}  // namespace core
