#include "emulator/lambda/async_retry.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::lambda {
namespace {

using kernel::Duration;
using namespace std::chrono_literals;

Duration wait_after_function_error(int failures) { return failures == 1 ? 1min : 2min; }

// ASSUMPTION: the guide gives the first wait and the ceiling; we double in between, without jitter.
Duration wait_after_refusal(int failures) {
  return std::min<Duration>(1s * (1 << std::min(failures - 1, 9)), 5min);
}

}  // namespace

RetryDecision AsyncRetry::after(Failure failure, int failures, Duration event_age) const {
  CHECK(failures >= 1);
  const bool ours = failure == Failure::FunctionError;
  if (ours && failures > config_.function_error_retries_max) return {.condition = GiveUp::RetriesExhausted};

  const Duration wait = ours ? wait_after_function_error(failures) : wait_after_refusal(failures);
  // Recorded on AWS: the decision looks ahead, an event that would be too old at its next attempt ends now.
  // Recorded with an age of 60 s: one attempt. So an event as old as its limit is too old.
  if (event_age + wait >= config_.event_age_max) return {.condition = GiveUp::EventAgeExceeded};
  return {.wait = wait};
}

}  // namespace emulator::lambda
