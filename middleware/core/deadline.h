#pragma once
// How much time a call may take when it is part of something that has to end.
//
// Source: facts/resilience 1 and 6. What is left travels in milliseconds, relative, so that no clocks are
// compared.
#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "middleware/kernel/time.h"

namespace core {

/// Header that carries the milliseconds left from the function to the middleware.
inline constexpr std::string_view kDeadlineHeader = "X-Deadline-Ms";

/// When an event's work has to be over: the own limit, or earlier if the caller left less (minus `margin` for
/// the answer).
inline kernel::Timestamp work_deadline(kernel::Timestamp now, kernel::Duration own_limit,
                                       std::string_view header,
                                       kernel::Duration margin = std::chrono::milliseconds{250}) {
  std::int64_t left = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), left);
  // A caller's value may only shorten ours. A malformed one is as good as none.
  if (header.empty() || error != std::errc{} || end != header.data() + header.size()) return now + own_limit;
  const kernel::Duration callers =
      std::chrono::milliseconds{std::clamp<std::int64_t>(left, 0, 86'400'000)} - margin;
  return now + std::min(own_limit, callers);
}

/// The last attempt of a work ends this long before the work's deadline.
inline constexpr kernel::Duration kTryMargin = std::chrono::milliseconds{50};

/// When one attempt has to be over: `per_try` from now, but `margin` before the work's deadline.
inline kernel::Timestamp try_deadline(kernel::Timestamp now, kernel::Duration per_try,
                                      kernel::Timestamp work_deadline, kernel::Duration margin = kTryMargin) {
  return std::min(now + per_try, work_deadline - margin);
}

inline std::string deadline_header(kernel::Timestamp now, kernel::Timestamp deadline) {
  return std::to_string(std::max<std::int64_t>(0, (deadline - now).count() / 1'000'000));
}

}  // namespace core
