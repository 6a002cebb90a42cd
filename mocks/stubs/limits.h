#pragma once
// Rate limiters inside a mock, and the headers that tell of them. Facts: mocks-and-faults 11.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"
#include "mocks/render/template.h"

namespace mocks::stubs {

enum class LimitKind : std::uint8_t {
  TokenBucket,     ///< `limit` tokens, refilled evenly over `per`
  FixedWindow,     ///< `limit` in each window of `per`
  SlidingLog,      ///< `limit` in any `per`
  SlidingCounter,  ///< the last window counts by the share of it that is still within `per`
  LeakyBucket,     ///< `limit` waiting drops that leak evenly over `per`; refuses when full
  Concurrency      ///< `limit` at once
};

enum class LimitHeaders : std::uint8_t {
  None,
  XEpochSeconds,  ///< X-RateLimit-Limit, -Remaining, -Reset as epoch seconds (GitHub)
  XDeltaSeconds,
  XEpochMillis,
  Draft06,  ///< RateLimit-Limit, -Remaining, -Reset in delta seconds
  Draft07,  ///< RateLimit: limit=100, remaining=50, reset=5
  Draft08   ///< RateLimit-Policy: "default";q=100;w=60 and RateLimit: "default";r=50;t=30
};

struct LimitSpec {
  std::string name = "default";
  LimitKind kind = LimitKind::TokenBucket;
  std::int64_t limit = 100;
  kernel::Duration per = std::chrono::seconds{1};
  bool begins_with_first = false;  ///< FixedWindow: aligned to the key's first request, not to the epoch
  std::string path_prefix{};       ///< only requests whose path starts so
  render::Template key{};          ///< counted per value; empty: the whole mock
  std::vector<LimitHeaders> headers{};
  bool sends_retry_after = true;
  int status = 429;
  std::string body{};  ///< of the refusal; a JSON error of ours when empty
};

struct LimitAnswer {
  bool is_allowed = true;
  std::int64_t remaining = 0;
  kernel::Duration reset{};        ///< until all of the limit is there again
  kernel::Duration retry_after{};  ///< when refused: until one request would pass
};

/// The state of one limit. `now` is calendar time for windows that are aligned to the epoch.
class Limiter {
 public:
  explicit Limiter(const LimitSpec& spec) : spec_(spec) {}

  LimitAnswer take(std::string_view key, kernel::WallTime now);
  /// Concurrency: one request of this key is over.
  void release(std::string_view key);

  const LimitSpec& spec() const { return spec_; }

 private:
  struct Counted {
    bool is_new = true;
    double level = 0;  ///< tokens taken, drops in the bucket
    kernel::WallTime since{};
    std::int64_t count = 0;
    std::int64_t before = 0;  ///< in the window before
    std::deque<kernel::WallTime> log{};
  };
  LimitAnswer take_level(Counted& counted, kernel::WallTime now) const;
  LimitAnswer take_window(Counted& counted, kernel::WallTime now) const;
  LimitAnswer take_sliding_counter(Counted& counted, kernel::WallTime now) const;
  LimitAnswer take_log(Counted& counted, kernel::WallTime now) const;

  const LimitSpec& spec_;
  kernel::Lookup<Counted> by_key_;
};

/// Adds what the limit says of itself, on success too, and Retry-After (whole seconds, rounded up) on
/// refusal.
void tell_limit(const LimitSpec& spec, const LimitAnswer& answer, kernel::WallTime now,
                kernel::Headers& headers);

}  // namespace mocks::stubs
