#pragma once
// What an answer says about when to come again.
//
// Source: facts/resilience 3 (Retry-After: RFC 9110 10.2.3; the RateLimit fields of the IETF drafts and the
// older forms in the wild). They are hints: what cannot be read is ignored.
#include <optional>
#include <string_view>

#include "middleware/kernel/http.h"
#include "middleware/kernel/time.h"

namespace core {

/// An HTTP date in any of its three forms (RFC 9110 5.6.7). `now` tells the century of the one with two
/// digits.
std::optional<kernel::WallTime> parse_http_date(std::string_view text, kernel::WallTime now);

/// "120" or an HTTP date relative to `now`; nothing for negative, fractional, empty or garbled text.
std::optional<kernel::Duration> parse_retry_after(std::string_view value, kernel::WallTime now);

/// Retry-After of an answer, against the answer's own Date where it has one, else against `now`. Nothing
/// where two fields say it.
std::optional<kernel::Duration> retry_after_of(const kernel::Headers& headers, kernel::WallTime now);

/// What is left of the server's limit, and for how long that is all.
struct RateLimitHint {
  std::int64_t remaining = 0;
  kernel::Duration reset{};
  friend bool operator==(const RateLimitHint&, const RateLimitHint&) = default;
};

/// Of `RateLimit` (draft 8: `"name";r=0;t=7`; draft 7: `limit=100, remaining=0, reset=7`),
/// RateLimit-Remaining and -Reset (draft 6), or X-RateLimit-Remaining and -Reset, whose number above 1e9 is
/// an epoch second. Of several limits the one that is worst. Nothing when absent or malformed.
std::optional<RateLimitHint> rate_limit_of(const kernel::Headers& headers, kernel::WallTime now);

}  // namespace core
