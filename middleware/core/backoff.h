#pragma once
// How long to wait before the 1st, 2nd, ... retry.
//
// Source: facts/resilience 3. Ours is full jitter under a cap that is applied before it; the other laws are
// those of known clients. Luck is passed in.
#include <functional>

#include "middleware/core/retry_rules.h"

namespace core {

/// The draw of a retry, in [0, 1): the same each time it is asked for.
class Luck {
 public:
  Luck(double always) : draw_([always](int) { return always; }) {}
  explicit Luck(std::function<double(int retry)> draw) : draw_(std::move(draw)) {}
  double of(int retry) const;

 private:
  std::function<double(int)> draw_;
};

/// Before retry `retry` = 1, 2, ..., where `base` is the first wait of the rules for this class of failure.
kernel::Duration backoff(const RetryRules& rules, kernel::Duration base, int retry, const Luck& luck);

}  // namespace core
