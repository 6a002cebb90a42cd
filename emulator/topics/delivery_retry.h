#pragma once
// When SNS tries a subscriber again, and when it gives the message up: four phases one after the other.
//
//   at once ─> pre-backoff (the shortest wait) ─> backoff (growing) ─> post-backoff (the longest wait) ─>
//   given up
//
// Source: facts/aws-delivery 2.4. ASSUMPTION: no jitter, though AWS jitters; waits are whole milliseconds.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/kernel/time.h"

namespace emulator::topics {

/// How waits grow within the backoff phase, from the shortest to the longest. AWS shows pictures, no
/// formulas.
enum class Backoff : std::uint8_t {
  Linear,       ///< a straight line
  Arithmetic,   ///< ASSUMPTION: each step is longer than the one before by the same amount
  Geometric,    ///< ASSUMPTION: each step is twice the one before
  Exponential,  ///< ASSUMPTION: each wait is the one before times the same factor
};
std::string_view to_text(Backoff function);

/// How many retries each phase has.
struct RetrySchedule {
  std::int64_t at_once = 0;
  std::int64_t pre_backoff = 0;
  std::int64_t backoff = 3;
  std::int64_t post_backoff = 0;
  kernel::Duration wait_min = std::chrono::seconds{20};
  kernel::Duration wait_max = std::chrono::seconds{20};  ///< >= wait_min
  Backoff function = Backoff::Linear;

  std::int64_t retries() const { return at_once + pre_backoff + backoff + post_backoff; }
  friend bool operator==(const RetrySchedule&, const RetrySchedule&) = default;
};

/// Of SQS and Lambda: 100,015 retries over 23 days.
RetrySchedule managed_schedule();
/// Of HTTP and HTTPS without a DeliveryPolicy: three retries, 20 s apart.
RetrySchedule http_schedule();

/// Decides; it counts nothing, reads no clock and waits for nothing.
class DeliveryRetry {
 public:
  explicit DeliveryRetry(RetrySchedule schedule) : schedule_(schedule) {}

  /// How long to wait after the `failures`-th failure (1, 2, ...), or nothing when no retry is left.
  std::optional<kernel::Duration> wait_after(std::int64_t failures) const;

  /// All waits together.
  kernel::Duration window() const;

  const RetrySchedule& schedule() const { return schedule_; }

 private:
  kernel::Duration backoff_wait(std::int64_t step) const;

  RetrySchedule schedule_;
};

/// What an attempt came to, as far as retrying is concerned.
enum class Verdict : std::uint8_t {
  Delivered,
  Again,    ///< an error of the server, or no answer: the phases apply
  Never,    ///< an error of the client: endpoint gone, message refused
  Unheard,  ///< delivered as far as the topic goes, though the endpoint took nothing: no retry, no dead
            ///< letter
};

/// What a topic makes of a 429, on which AWS's pages and its users disagree (facts/aws-platform 0.6 and 8,
/// facts/aws-delivery 2.4).
enum class On429 : std::uint8_t {
  Again,      ///< like a 5xx, as newer pages say
  Refused,    ///< like other 4xx: an error of the client, to the dead-letter queue at once
  Delivered,  ///< any 200 to 4xx is an answer, and all is well: the message is lost without a trace
};
/// ASSUMPTION: of the three readings the one of the delivery facts.
inline constexpr On429 kOn429 = On429::Refused;

/// Of an HTTP status. 2xx is delivered; 5xx is tried again; 429 as `on_429` says; ASSUMPTION: every other
/// status is an error of the client.
Verdict verdict_of_status(int status, On429 on_429);

/// Spaces the receipts of one HTTP subscription: throttlePolicy.maxReceivesPerSecond.
class ReceiveThrottle {
 public:
  /// When the next attempt may be made, `now` or later; the slot is taken.
  kernel::Timestamp take(kernel::Timestamp now, std::int64_t per_second);

 private:
  kernel::Timestamp free_from_{};
};

}  // namespace emulator::topics
