#pragma once
// Why a call to an external API had no further attempt.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "middleware/core/retry.h"

namespace service {

enum class Stop : std::uint8_t {
  Unsendable,  ///< it could not be made, or is none: an expression, a handler; the reason is a text of its
               ///< own
  // By the rules of retry.
  Permanent,
  NotRepeatable,
  Attempts,
  RetryAfterTooLong,
  Deadline,
  Budget,
  // By what stands before the wire.
  BreakerOpen,
  RateLimit,
  ConcurrencyFull,
  ConcurrencyWait,
};
inline constexpr std::size_t kStops = 11;

/// For people: "breaker open".
std::string_view to_text(Stop stop);
/// For metrics and fields of log lines: "breaker_open".
std::string_view label_of(Stop stop);
Stop stop_of(core::GiveUp reason);

}  // namespace service
