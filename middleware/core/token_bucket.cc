#include <algorithm>

#include "middleware/core/rate_laws.h"
#include "middleware/kernel/check.h"

namespace core {

using kernel::Timestamp;

TokenBucket::TokenBucket(TokenBucketRules rules)
    : rules_(rules), level_(rules.initial.value_or(rules.capacity) * rules.per.count()) {
  CHECK(rules_.tokens >= 1 && rules_.capacity >= 1 && rules_.per.count() >= 1 && rules_.unit.count() >= 1);
  CHECK(rules_.capacity <= (INT64_MAX - rules_.tokens) / rules_.per.count());
}

std::int64_t TokenBucket::level_at(Timestamp when) const {
  const std::int64_t full = rules_.capacity * rules_.per.count();
  if (when <= at_) return level_;
  const std::int64_t until_full = (full - level_ + rules_.tokens - 1) / rules_.tokens;
  const std::int64_t elapsed = (when - at_).count();
  return elapsed >= until_full ? full : level_ + elapsed * rules_.tokens;
}

std::optional<Timestamp> TokenBucket::earliest(Timestamp now, std::int64_t cost) const {
  if (cost > rules_.capacity) return std::nullopt;
  const Timestamp from = std::max(now, at_);
  const std::int64_t missing = cost * rules_.per.count() - level_at(from);
  if (missing <= 0) return from;
  const std::int64_t wait = (missing + rules_.tokens - 1) / rules_.tokens;
  const std::int64_t units = (wait + rules_.unit.count() - 1) / rules_.unit.count();
  return from + units * rules_.unit;
}

void TokenBucket::take(Timestamp, Timestamp start, std::int64_t cost) {
  level_ = level_at(start) - cost * rules_.per.count();
  at_ = std::max(at_, start);
  CHECK(level_ >= 0);
}

void TokenBucket::give_back(Timestamp start, std::int64_t cost) {
  // Later starts than this one count on what was there after it: then the tokens are lost.
  if (start != at_) return;
  const std::int64_t returned = cost * rules_.per.count();
  at_ -= kernel::Duration{returned / rules_.tokens};
  level_ = std::min(rules_.capacity * rules_.per.count(), level_ + returned % rules_.tokens);
}

void TokenBucket::restart(Timestamp when) {
  level_ = 0;
  at_ = std::max(at_, when);
}

double TokenBucket::tokens(Timestamp now) const {
  return static_cast<double>(level_at(now)) / static_cast<double>(rules_.per.count());
}

}  // namespace core
