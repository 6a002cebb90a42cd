#pragma once
// The shapes of the policies of an API in middleware.yaml. For the sources of this folder.
#include <optional>

#include "middleware/config/reader.h"
#include "middleware/core/breaker_rules.h"
#include "middleware/core/bulkhead.h"
#include "middleware/core/hedge.h"
#include "middleware/core/rate_limiter.h"
#include "middleware/core/retry_budget.h"
#include "middleware/core/retry_rules.h"

namespace config {

/// `off`, or what `map` reads.
template <class T>
Shape<std::optional<T>> off_or(Shape<T> map) {
  return either<std::optional<T>>(
      {.scalar = mapped<std::optional<T>>(
           choice<int>({{"off", 0}}),
           [](const int&) -> kernel::Result<std::optional<T>> { return std::nullopt; }),
       .map = mapped<std::optional<T>>(
           map, [](const T& value) -> kernel::Result<std::optional<T>> { return std::optional<T>(value); })});
}

Shape<std::optional<core::RetryRules>> retry_shape();
/// `off`, the tokens of a quota, or a throttle.
Shape<std::optional<core::RetryBudget::Rules>> retry_budget_shape();
Shape<std::optional<core::BreakerRules>> breaker_shape();
// In limit_shapes.cc:
Shape<std::optional<core::RateRules>> rate_shape();
Shape<std::optional<core::BulkheadRules>> concurrency_shape();
Shape<std::optional<core::HedgeRules>> hedge_shape();

}  // namespace config
