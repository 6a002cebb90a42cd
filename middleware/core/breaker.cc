#include "middleware/core/breaker.h"

#include <algorithm>
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
    : breaker_(std::exchange(other.breaker_, nullptr)), generation_(other.generation_) {}

Breaker::Permit& Breaker::Permit::operator=(Permit&& other) noexcept {
  std::swap(breaker_, other.breaker_);
  std::swap(generation_, other.generation_);
  return *this;
}

Breaker::Permit::~Permit() {
  if (breaker_ != nullptr) breaker_->record(generation_, Sample::Ignored, Duration{0}, breaker_->since_);
}

void Breaker::Permit::record(Sample sample, Duration took, Timestamp now) {
  CHECK(breaker_ != nullptr);
  std::exchange(breaker_, nullptr)->record(generation_, sample, took, now);
}

Breaker::Breaker(BreakerRules rules, Listener listener)
    : rules_(std::move(rules)), listener_(std::move(listener)) {
  CHECK(!rules_.open_for.empty() && rules_.probes >= 1 && rules_.calls_min >= 1);
  if (const auto* time = std::get_if<TimeWindow>(&rules_.trip)) {
    CHECK(time->bucket.count() > 0 && time->length >= time->bucket);
    buckets_.resize(static_cast<std::size_t>(time->length / time->bucket));
  } else if (const auto* count = std::get_if<CountWindow>(&rules_.trip)) {
    CHECK(count->size >= 1);
    rules_.calls_min = std::min(rules_.calls_min, count->size);
  }
}

std::optional<Breaker::Permit> Breaker::try_acquire(Timestamp now) {
  leave_stale_half_open(now);
  if (state_ == BreakerState::Open && open_left(now).count() == 0) {
    change(BreakerState::HalfOpen, now, "the open time is over");
  }
  switch (state_) {
    case BreakerState::Closed:
    case BreakerState::Disabled:
      return Permit{*this, generation_};
    case BreakerState::Open:
    case BreakerState::ForcedOpen:
      return std::nullopt;
    case BreakerState::HalfOpen:
      break;
  }
  if (probes_running_ + probed_.calls >= rules_.probes) return std::nullopt;
  ++probes_running_;
  return Permit{*this, generation_};
}

Duration Breaker::open_left(Timestamp now) const {
  if (state_ != BreakerState::Open) return Duration{0};
  const auto last = static_cast<std::int64_t>(rules_.open_for.size()) - 1;
  const auto index = static_cast<std::size_t>(std::clamp<std::int64_t>(openings_in_row_ - 1, 0, last));
  return std::max(Duration{0}, since_ + rules_.open_for[index] - now);
}

BreakerState Breaker::state(Timestamp now) {
  leave_stale_half_open(now);
  return state_;
}

void Breaker::leave_stale_half_open(Timestamp now) {
  if (state_ != BreakerState::HalfOpen || rules_.half_open_max.count() == 0) return;
  const Timestamp over = since_ + rules_.half_open_max;
  if (now < over) return;
  if (rules_.half_open_max_closes) {
    change(BreakerState::Closed, over, "half-open for too long");
  } else {
    trip(over, "half-open for too long");
  }
}

void Breaker::record(std::uint64_t generation, Sample sample, Duration took, Timestamp now) {
  leave_stale_half_open(std::max(now, since_));
  if (generation != generation_)
    return;  // admitted before the last change of state: it decides nothing any more
  const bool slow = rules_.slow_percent && took > rules_.slow_above;
  if (state_ == BreakerState::HalfOpen) {
    --probes_running_;
    if (sample != Sample::Ignored) record_probe(sample, slow, now);
  } else if (state_ == BreakerState::Closed && sample != Sample::Ignored) {
    record_closed(sample, slow, now);
  }
}

void Breaker::record_closed(Sample sample, bool slow, Timestamp now) {
  if (const auto* consecutive = std::get_if<ConsecutiveFailures>(&rules_.trip)) {
    failures_in_row_ = sample == Sample::Failed ? failures_in_row_ + 1 : 0;
    if (failures_in_row_ >= consecutive->failures) trip(now, "failures in a row");
    return;
  }
  add_to_window(sample, slow, now);
  const Bucket sum = totals(now);
  if (sum.calls < rules_.calls_min || !is_over(sum.calls, sum.failed, sum.slow)) return;
  trip(now, std::to_string(sum.failed) + " of " + std::to_string(sum.calls) + " calls failed, " +
                std::to_string(sum.slow) + " were slow");
}

void Breaker::record_probe(Sample sample, bool slow, Timestamp now) {
  ++probed_.calls;
  if (sample == Sample::Failed) ++probed_.failed;
  if (slow) ++probed_.slow;
  if (std::holds_alternative<ConsecutiveFailures>(rules_.trip)) {
    if (sample == Sample::Failed) return trip(now, "a probe failed");
    if (probed_.calls >= rules_.probes) change(BreakerState::Closed, now, "the probes succeeded");
    return;
  }
  if (probed_.calls < std::min(rules_.calls_min, rules_.probes)) return;
  if (is_over(probed_.calls, probed_.failed, probed_.slow)) {
    trip(now, std::to_string(probed_.failed) + " of " + std::to_string(probed_.calls) + " probes failed");
  } else {
    change(BreakerState::Closed, now, "the probes succeeded");
  }
}

bool Breaker::is_over(std::int64_t calls, std::int64_t failed, std::int64_t slow) const {
  return (rules_.failed_percent && failed * 100 >= *rules_.failed_percent * calls) ||
         (rules_.slow_percent && slow * 100 >= *rules_.slow_percent * calls);
}

Breaker::Bucket& Breaker::current_bucket(const TimeWindow& window, Timestamp now) {
  if (window.starts_at_results) {
    const Bucket& newest = buckets_[newest_bucket_];
    const std::int64_t start = kernel::nanoseconds(now);
    if (newest.number < 0 || start - newest.number >= window.bucket.count()) {
      newest_bucket_ = (newest_bucket_ + 1) % buckets_.size();
      buckets_[newest_bucket_] = {.number = start};
    }
    return buckets_[newest_bucket_];
  }
  const std::int64_t number = (now.time_since_epoch() + window.offset) / window.bucket;
  Bucket& bucket = buckets_[static_cast<std::size_t>(number) % buckets_.size()];
  if (bucket.number != number) bucket = {.number = number};
  return bucket;
}

void Breaker::add_to_window(Sample sample, bool slow, Timestamp now) {
  const std::int64_t failed = sample == Sample::Failed ? 1 : 0;
  if (const auto* time = std::get_if<TimeWindow>(&rules_.trip)) {
    Bucket& bucket = current_bucket(*time, now);
    ++bucket.calls;
    bucket.failed += failed;
    bucket.slow += slow ? 1 : 0;
    return;
  }
  const auto size = static_cast<std::size_t>(std::get<CountWindow>(rules_.trip).size);
  const auto quality = static_cast<Quality>(failed + (slow ? 2 : 0));
  const auto weigh = [this](Quality q, std::int64_t sign) {
    counted_.calls += sign;
    counted_.failed += sign * (static_cast<std::int64_t>(q) & 1);
    counted_.slow += sign * (static_cast<std::int64_t>(q) >> 1);
  };
  if (results_.size() < size) {
    results_.push_back(quality);
  } else {
    weigh(results_[next_result_], -1);
    results_[next_result_] = quality;
    next_result_ = (next_result_ + 1) % size;
  }
  weigh(quality, 1);
}

Breaker::Bucket Breaker::totals(Timestamp now) const {
  const auto* time = std::get_if<TimeWindow>(&rules_.trip);
  if (time == nullptr) return counted_;
  const std::int64_t current = (now.time_since_epoch() + time->offset) / time->bucket;
  const std::int64_t oldest = current - static_cast<std::int64_t>(buckets_.size()) + 1;
  Bucket sum{.number = current};
  for (const Bucket& bucket : buckets_) {
    const bool counts = time->starts_at_results || (bucket.number >= oldest && bucket.number <= current);
    if (!counts) continue;
    sum.calls += bucket.calls;
    sum.failed += bucket.failed;
    sum.slow += bucket.slow;
  }
  return sum;
}

void Breaker::trip(Timestamp when, std::string_view why) {
  ++openings_in_row_;
  change(BreakerState::Open, when, why);
}

void Breaker::change(BreakerState to, Timestamp when, std::string_view why) {
  const BreakerState from = std::exchange(state_, to);
  ++generation_;
  since_ = when;
  probes_running_ = 0;
  probed_ = {};
  if (to == BreakerState::Closed) {
    openings_in_row_ = 0;
    clear_window();
  }
  if (listener_ && from != to) listener_(from, to, why);
}

void Breaker::clear_window() {
  std::ranges::fill(buckets_, Bucket{});
  results_.clear();
  next_result_ = 0;
  counted_ = {};
  failures_in_row_ = 0;
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
