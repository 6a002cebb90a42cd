#pragma once
// What stands between the calls to an API and the wire, in numbers: breaker, limiter, bulkhead, budget.
//
// Source: facts/resilience 11. One series a dependency and reason, whatever the number of events.
#include <vector>

#include "middleware/service/api_caller.h"
#include "middleware/service/metrics.h"

namespace service {

/// What an API has no policy for gives none.
std::vector<Gauge> gauges_of(const ApiCaller& caller);

}  // namespace service
