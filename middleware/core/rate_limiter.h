#pragma once
// Keeps the calls to one vendor account within the vendor's limits, by reservation: a call is told at once
// when it may start, and whether that is soon enough, so that its wait can be compared with its deadline.
//
// Source: facts/resilience 4. A pause that the vendor asked for (Retry-After, RateLimit) holds everybody up;
// after it every limit begins anew, a bucket empty, so that the return is not a burst.
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "middleware/core/rate_laws.h"
#include "middleware/core/server_hints.h"

namespace core {

using RateLawRules = std::variant<TokenBucketRules, FixedWindowRules, SlidingLogRules, CycleRules>;

struct RateRules {
  std::vector<RateLawRules> limits{};                    ///< all of them hold; none: only pauses are kept
  kernel::Duration wait_max = std::chrono::seconds{2};   ///< a call that would start later is refused
  std::optional<std::int64_t> waiting_max{};             ///< and one behind so many that wait
  bool obeys_server = true;                              ///< pauses are kept
  kernel::Duration pause_max = std::chrono::minutes{5};  ///< the longest pause that is believed
};

class RateLimiter {
 public:
  explicit RateLimiter(RateRules rules);

  /// When a call may start. One that is not used is to be given back.
  struct Reservation {
    kernel::Timestamp start{};
    std::uint64_t pause = 0;  ///< the last pause that it knew of
  };
  /// Nothing when it could not start by now + wait_max or now + `wait_max`, whichever is sooner: then
  /// `retry_at()`.
  std::optional<Reservation> reserve(kernel::Timestamp now, kernel::Duration wait_max, std::int64_t cost = 1);
  /// When a call that was refused just now could start; nothing: never.
  std::optional<kernel::Timestamp> retry_at(kernel::Timestamp now, std::int64_t cost = 1) const;
  /// False when a pause was set since: the call has to reserve again.
  bool is_valid(const Reservation& reservation) const { return reservation.pause == pauses_; }
  void give_back(const Reservation& reservation, std::int64_t cost = 1);

  /// From now on so many (at least 1) keep these limits together, and each has that part of them; nothing is
  /// granted before `when`, and then every limit begins anew. Reservations have to be made again. Where the
  /// limit is less than one call for each, it is one call in a longer time: kept on average.
  void share(std::int64_t among, kernel::Timestamp when);
  std::int64_t shared_among() const { return among_; }

  /// The vendor said, at `now`, to leave it alone for so long.
  void pause(kernel::Timestamp now, kernel::Duration wait);
  /// ... or how much of its limit is left.
  void heed(kernel::Timestamp now, const RateLimitHint& hint);
  /// 0 when there is none.
  kernel::Duration pause_left(kernel::Timestamp now) const;

 private:
  using Law = std::variant<TokenBucket, FixedWindow, SlidingLog, Cycles>;
  void forget_started(kernel::Timestamp now);
  void make_laws();

  RateRules rules_;
  std::vector<Law> laws_;
  std::deque<kernel::Timestamp> waiting_;  ///< starts that lie ahead, where their number is bounded
  kernel::Timestamp not_before_{};
  std::uint64_t pauses_ = 0;
  std::int64_t among_ = 1;
};

}  // namespace core
