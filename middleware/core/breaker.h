#pragma once
// Circuit breaker: stops calling a dependency that fails or crawls, and finds out gently when it is back.
//
// Source: facts/resilience 2, rules 1 to 11; the golden traces breaker-core agree with it. It needs no timer:
// the first call after the open time makes the transition. Time comes in with each call.
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "middleware/kernel/time.h"

namespace core {

/// The last `size` results.
struct CountWindow {
  std::int64_t size = 100;
};

/// Results of the current bucket and the ones before it that fit in `length`; buckets start at whole
/// multiples of `bucket` on the run's clock, moved by `offset` (so that they can stand on whole seconds of
/// the calendar).
struct TimeWindow {
  kernel::Duration length = std::chrono::seconds{30};
  kernel::Duration bucket = std::chrono::seconds{1};
  kernel::Duration offset{};
  /// Instead, a bucket starts at the first result after the one before it is over and replaces the oldest;
  /// idle time then empties nothing. Only to compare with libraries that do so.
  bool starts_at_results = false;
};

/// Opens at so many failures in a row instead of at a rate.
struct ConsecutiveFailures {
  std::int64_t failures = 5;
};

struct BreakerRules {
  std::variant<TimeWindow, CountWindow, ConsecutiveFailures> trip{};
  std::int64_t calls_min = 10;  ///< no decision with fewer results in the window
  std::optional<std::int64_t> failed_percent = 50;
  std::optional<std::int64_t> slow_percent = 80;
  kernel::Duration slow_above = std::chrono::seconds{4};  ///< slow means strictly longer
  /// Open time of the 1st, 2nd, ... opening in a row; the last repeats; back to the first after closing.
  std::vector<kernel::Duration> open_for = {std::chrono::seconds{5}, std::chrono::seconds{10},
                                            std::chrono::seconds{20}, std::chrono::seconds{40},
                                            std::chrono::seconds{60}};
  std::int64_t probes = 3;  ///< calls permitted in half-open
  kernel::Duration half_open_max =
      std::chrono::seconds{6};        ///< undecided after this: open again; 0 = wait for ever
  bool half_open_max_closes = false;  ///< ... or closed
};

enum class BreakerState : std::uint8_t { Closed, Open, HalfOpen, ForcedOpen, Disabled };
std::string_view to_text(BreakerState state);

enum class Sample : std::uint8_t {
  Success,
  Failed,
  Ignored,  ///< says nothing about the dependency: our caller cancelled, a local rejection
};

class Breaker {
 public:
  /// Told after each change; `why` is for people.
  using Listener = std::function<void(BreakerState from, BreakerState to, std::string_view why)>;

  explicit Breaker(BreakerRules rules, Listener listener = nullptr);
  Breaker(const Breaker&) = delete;
  Breaker& operator=(const Breaker&) = delete;

  /// Leave to make one call. Going away without a result gives it back as Ignored, so that a lost probe leaks
  /// no slot. It must not outlive the breaker.
  class Permit {
   public:
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit();
    /// Once.
    void record(Sample sample, kernel::Duration took, kernel::Timestamp now);

   private:
    friend class Breaker;
    Permit(Breaker& breaker, std::uint64_t generation) : breaker_(&breaker), generation_(generation) {}
    Breaker* breaker_;
    std::uint64_t generation_;
  };

  /// Nothing when the call is rejected.
  std::optional<Permit> try_acquire(kernel::Timestamp now);

  /// For a rejected caller: how long until a call may be permitted; 0 while half-open or closed.
  kernel::Duration open_left(kernel::Timestamp now) const;

  /// The state now; due changes (half-open waited too long) are made first.
  BreakerState state(kernel::Timestamp now);

  // By an operator; each is told to the listener.
  void reset(kernel::Timestamp now);  ///< closed, empty window
  void open(kernel::Timestamp now);
  void force_open(kernel::Timestamp now);
  void release(kernel::Timestamp now);  ///< undoes one force_open; closed when none is left
  void disable(kernel::Timestamp now);  ///< permits all, records nothing
  void enable(kernel::Timestamp now);   ///< back to closed

 private:
  struct Bucket {
    std::int64_t number =
        -1;  ///< -1: unused. Its place on the clock, or its start if buckets start at results
    std::int64_t calls = 0;
    std::int64_t failed = 0;
    std::int64_t slow = 0;
  };
  enum class Quality : std::uint8_t { Good = 0, Failed = 1, Slow = 2, FailedAndSlow = 3 };

  void record(std::uint64_t generation, Sample sample, kernel::Duration took, kernel::Timestamp now);
  void record_closed(Sample sample, bool slow, kernel::Timestamp now);
  void record_probe(Sample sample, bool slow, kernel::Timestamp now);
  void add_to_window(Sample sample, bool slow, kernel::Timestamp now);
  void leave_stale_half_open(kernel::Timestamp now);
  bool is_over(std::int64_t calls, std::int64_t failed, std::int64_t slow) const;
  void change(BreakerState to, kernel::Timestamp when, std::string_view why);
  void trip(kernel::Timestamp when, std::string_view why);
  void clear_window();
  Bucket& current_bucket(const TimeWindow& window, kernel::Timestamp now);
  Bucket totals(kernel::Timestamp now) const;

  BreakerRules rules_;
  Listener listener_;
  BreakerState state_ = BreakerState::Closed;
  std::uint64_t generation_ = 1;
  kernel::Timestamp since_{};         ///< when the current state began
  std::int64_t openings_in_row_ = 0;  ///< since the last time it closed
  std::int64_t forced_ = 0;

  std::vector<Bucket> buckets_;    // time window: a ring
  std::size_t newest_bucket_ = 0;  // if buckets start at results
  std::vector<Quality> results_;   // count window: a ring
  std::size_t next_result_ = 0;
  Bucket counted_;  // count window: running totals
  std::int64_t failures_in_row_ = 0;

  std::int64_t probes_running_ = 0;
  Bucket probed_;  // results of this half-open round
};

}  // namespace core
