#include "emulator/topics/delivery_retry.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/check.h"

namespace emulator::topics {
namespace {

using kernel::Duration;
using namespace std::chrono_literals;

}  // namespace

std::string_view to_text(Backoff function) {
  switch (function) {
    case Backoff::Linear:
      return "linear";
    case Backoff::Arithmetic:
      return "arithmetic";
    case Backoff::Geometric:
      return "geometric";
    case Backoff::Exponential:
      return "exponential";
  }
  return "linear";
}

RetrySchedule managed_schedule() {
  return {.at_once = 3,
          .pre_backoff = 2,
          .backoff = 10,
          .post_backoff = 100'000,
          .wait_min = 1s,
          .wait_max = 20s,
          .function = Backoff::Exponential};
}

RetrySchedule http_schedule() { return {}; }

std::optional<Duration> DeliveryRetry::wait_after(std::int64_t failures) const {
  CHECK(failures >= 1);
  std::int64_t retry = failures - 1;  // counted from 0 within its phase
  if (retry < schedule_.at_once) return 0s;
  retry -= schedule_.at_once;
  if (retry < schedule_.pre_backoff) return schedule_.wait_min;
  retry -= schedule_.pre_backoff;
  if (retry < schedule_.backoff) return backoff_wait(retry);
  retry -= schedule_.backoff;
  if (retry < schedule_.post_backoff) return schedule_.wait_max;
  return std::nullopt;
}

Duration DeliveryRetry::backoff_wait(std::int64_t step) const {
  const auto low = static_cast<double>(schedule_.wait_min.count());
  const auto high = static_cast<double>(schedule_.wait_max.count());
  const std::int64_t last = schedule_.backoff - 1;
  if (last == 0 || step == 0) return schedule_.wait_min;
  if (step == last) return schedule_.wait_max;
  const auto i = static_cast<double>(step);
  const auto n = static_cast<double>(last);
  double wait = low;
  switch (schedule_.function) {
    case Backoff::Linear:
      wait = low + (high - low) * i / n;
      break;
    case Backoff::Arithmetic:
      wait = low + (high - low) * i * (i + 1) / (n * (n + 1));
      break;
    case Backoff::Geometric:
      wait = low + (high - low) * (std::exp2(i) - 1) / (std::exp2(n) - 1);
      break;
    case Backoff::Exponential:
      wait = low * std::pow(high / low, i / n);
      break;
  }
  return std::chrono::milliseconds{std::llround(wait / 1e6)};
}

Duration DeliveryRetry::window() const {
  Duration sum = schedule_.wait_min * schedule_.pre_backoff + schedule_.wait_max * schedule_.post_backoff;
  for (std::int64_t step = 0; step < schedule_.backoff; ++step) sum += backoff_wait(step);
  return sum;
}

Verdict verdict_of_status(int status, On429 on_429) {
  if (status >= 200 && status < 300) return Verdict::Delivered;
  if (status >= 500) return Verdict::Again;
  if (status != 429) return Verdict::Never;
  switch (on_429) {
    case On429::Again:
      return Verdict::Again;
    case On429::Refused:
      return Verdict::Never;
    case On429::Delivered:
      return Verdict::Unheard;
  }
  return Verdict::Never;
}

kernel::Timestamp ReceiveThrottle::take(kernel::Timestamp now, std::int64_t per_second) {
  CHECK(per_second >= 1);
  const kernel::Timestamp slot = std::max(now, free_from_);
  free_from_ = slot + Duration{1s} / per_second;
  return slot;
}

}  // namespace emulator::topics
