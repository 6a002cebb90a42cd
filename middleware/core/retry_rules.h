#pragma once
// What a retry is told. The defaults are our rules (facts/resilience 1, line 6, and 3); the rest imitates
// known clients.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/time.h"

namespace core {

/// With d = min(cap, base * factor^(i-1)) for retry i and u in [0, 1):
enum class Jitter : std::uint8_t {
  Full,                ///< u * d
  Equal,               ///< d/2 + u * d/2
  None,                ///< d
  Symmetric,           ///< d * (1 - share) .. d * (1 + share), never above the cap
  Stretched,           ///< (1 + u) * base * factor^(i-1), capped after
  Decorrelated,        ///< min(cap, base + u * (3 * previous - base)), previous starts at base
  DecorrelatedSmooth,  ///< x(t) = 2^t * tanh(sqrt(4t)), t = i-1+u; (x - previous x) * base / 1.4, capped
};

/// What a Retry-After does to the own wait.
enum class RetryAfterUse : std::uint8_t {
  Bounded,   ///< lengthens it by up to the slack; asks for more: the call ends, the event comes again later
  Cut,       ///< lengthens it by up to the slack; asks for more: it gets the slack
  Replaces,  ///< takes its place, under the cap, unless it is 0
};

/// What is retried instead of what the table of failures says.
struct RetryOn {
  std::vector<int> statuses{};
  std::vector<kernel::NoAnswer> no_answers{};
};

struct RetryRules {
  std::int64_t attempts_max = 3;  ///< attempts on the wire, the first included; 1..100
  kernel::Duration base = std::chrono::milliseconds{50};      ///< first wait after a transient failure
  kernel::Duration throttled_base = std::chrono::seconds{1};  ///< first wait after a throttle
  double factor = 2;                                          ///< >= 1
  kernel::Duration wait_max = std::chrono::seconds{20};       ///< cap, applied before jitter
  Jitter jitter = Jitter::Full;
  kernel::Duration retry_after_slack =
      std::chrono::seconds{5};  ///< how far a Retry-After may lengthen the own wait
  RetryAfterUse retry_after = RetryAfterUse::Bounded;
  std::vector<kernel::Duration> waits{};   ///< not empty: these instead, the last repeats; jitter applies
  std::optional<kernel::Duration> step{};  ///< waits grow by this each time instead of by the factor
  double symmetric_share = 0.5;
  bool first_at_once = false;  ///< the first retry does not wait, the second waits as a first would
  kernel::Duration unit{1};    ///< waits are rounded to the nearest multiple, before the cap
  std::optional<RetryOn> on{};
  std::vector<std::string> methods{};  ///< not empty: no other is repeated, and these always are
  /// No retry after so long since the first attempt began; a wait that would pass it is cut to what is left.
  std::optional<kernel::Duration> elapsed_max{};
};

}  // namespace core
