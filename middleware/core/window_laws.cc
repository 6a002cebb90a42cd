#include <algorithm>

#include "middleware/core/rate_laws.h"

namespace core {

using kernel::Duration;
using kernel::Timestamp;

// --- fixed window

std::optional<Timestamp> FixedWindow::earliest(Timestamp now, std::int64_t cost) const {
  if (cost > rules_.limit) return std::nullopt;
  if (is_over(now)) return now;
  return used_ + cost <= rules_.limit ? std::max(now, start_) : end_;
}

void FixedWindow::begin(Timestamp when) {
  start_ = when;
  end_ = when + rules_.window;
  used_ = 0;
}

void FixedWindow::take(Timestamp, Timestamp start, std::int64_t cost) {
  if (is_over(start)) begin(start);
  used_ += cost;
}

void FixedWindow::refuse(Timestamp now, std::int64_t cost) {
  if (is_over(now)) begin(now);
  if (!rules_.counts_refused) return;
  const bool is_first = used_ <= rules_.limit;
  used_ += cost;
  if (is_first && rules_.block.count() > 0) end_ = now + rules_.block;
}

void FixedWindow::give_back(Timestamp start, std::int64_t cost) {
  if (start >= start_ && start < end_) used_ = std::max<std::int64_t>(0, used_ - cost);
}

void FixedWindow::restart(Timestamp when) {
  if (when > start_) begin(when);
}

std::int64_t FixedWindow::remaining(Timestamp now) const {
  return is_over(now) ? rules_.limit : std::max<std::int64_t>(0, rules_.limit - used_);
}

// --- sliding log

std::optional<Timestamp> SlidingLog::earliest(Timestamp now, std::int64_t cost) const {
  if (cost > rules_.limit) return std::nullopt;
  Timestamp start = std::max(now, not_before_);
  if (!starts_.empty()) start = std::max(start, starts_.back());
  const auto kept =
      static_cast<std::size_t>(rules_.limit - cost);  // starts that may lie in the window beside it
  if (starts_.size() <= kept) return start;
  const Timestamp leaves = starts_[starts_.size() - 1 - kept];
  return std::max(start, leaves + rules_.window + Duration{1});
}

void SlidingLog::take(Timestamp now, Timestamp start, std::int64_t cost) {
  while (!starts_.empty() && starts_.front() + rules_.window < now) starts_.pop_front();
  for (std::int64_t i = 0; i < cost; ++i) starts_.push_back(start);
}

void SlidingLog::give_back(Timestamp start, std::int64_t cost) {
  for (std::int64_t i = 0; i < cost; ++i) {
    const auto found = std::ranges::find(starts_, start);
    if (found != starts_.end()) starts_.erase(found);
  }
}

void SlidingLog::restart(Timestamp when) {
  std::erase_if(starts_, [when](Timestamp start) { return start >= when; });
  not_before_ = std::max(not_before_, when);
}

// --- cycles

std::int64_t Cycles::permits_in(std::int64_t cycle) const {
  // What was taken ahead is paid back by the cycles that pass, what is left over expires.
  const std::int64_t passed = cycle - cycle_;
  const std::int64_t until_full = (rules_.limit - permits_ + rules_.limit - 1) / rules_.limit;
  return passed >= std::max<std::int64_t>(1, until_full) ? rules_.limit : permits_ + passed * rules_.limit;
}

std::optional<Timestamp> Cycles::earliest(Timestamp now, std::int64_t cost) const {
  const Timestamp from = std::max(now, not_before_);
  const std::int64_t current = cycle_of(from);
  const std::int64_t missing = cost - permits_in(current);
  if (missing <= 0) return from;
  const std::int64_t cycles = (missing + rules_.limit - 1) / rules_.limit;
  return Timestamp{(current + cycles) * rules_.cycle};
}

void Cycles::take(Timestamp now, Timestamp start, std::int64_t cost) {
  // Taken ahead from now on, unless it starts later than it would have to.
  const bool is_ahead = earliest(now, cost) == start;
  const std::int64_t current = cycle_of(is_ahead ? std::max(now, not_before_) : start);
  permits_ = permits_in(current) - cost;
  cycle_ = current;
}

void Cycles::give_back(Timestamp start, std::int64_t cost) {
  // Of an earlier cycle than the last that is taken ahead a permit is lost: the next one would come out of
  // that.
  const std::int64_t ahead = permits_ < 0 ? (-permits_ + rules_.limit - 1) / rules_.limit : 0;
  if (cycle_of(start) >= cycle_ + ahead) permits_ = std::min(rules_.limit, permits_ + cost);
}

void Cycles::restart(Timestamp when) {
  if (when <= not_before_) return;
  not_before_ = when;
  cycle_ = cycle_of(when);
  permits_ = rules_.limit;
}

}  // namespace core
