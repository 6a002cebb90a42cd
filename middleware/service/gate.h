#pragma once
// What stands between an attempt and the wire: breaker, rate limiter, bulkhead, in this order
// (facts/resilience 1, lines 7 to 9). No token is spent on a call that the breaker would reject, and who
// waits for a token holds no slot. What is turned away here is no sample for the breaker.
#include <array>
#include <memory>
#include <optional>

#include "middleware/core/breaker.h"
#include "middleware/core/failure.h"
#include "middleware/core/rate_limiter.h"
#include "middleware/service/flow.h"
#include "middleware/service/slots.h"
#include "middleware/service/stop.h"

namespace service {

class Gate {
 public:
  /// The scheduler outlives it, and it outlives its passes.
  Gate(const ApiConfig& config, kernel::Scheduler& scheduler, core::Breaker::Listener listener);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  struct Refusal {
    Stop reason;
    core::FailureClass failure;
    kernel::Duration retry_after;  ///< 0: no idea
  };

  /// Leave for one attempt. Everything that it holds and did not use is given back when it goes.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept { *this = std::move(other); }
    Pass& operator=(Pass&& other) noexcept;
    ~Pass() { give_back(); }
    /// Why it is none; null: it is one, or still waits.
    const Refusal* refusal() const { return refusal_.get(); }
    /// The state in which the breaker let it through; nothing: there is none, or it did not.
    std::optional<core::BreakerState> breaker() const {
      return permit_ ? std::optional(permit_.admitted_in()) : std::nullopt;
    }
    /// The attempt is over. Once.
    void end(core::Sample sample, kernel::Duration took, kernel::Timestamp now);

   private:
    friend class Gate;
    enum class Stage : std::uint8_t { Breaker, Rate, Reserved, Slot, Through };
    void give_back();

    Gate* gate_ = nullptr;
    core::Breaker::Permit permit_{};
    core::RateLimiter::Reservation reservation_{};
    Slots::Slot slot_{};
    std::unique_ptr<Refusal> refusal_{};
    Stage stage_ = Stage::Breaker;
  };

  /// Asks for leave to start by `latest`. Nothing: `pass` says at once; else it does when the task has ended.
  std::optional<kernel::Task<void>> enter(Pass& pass, kernel::Timestamp latest);

  /// What passed and what did not since it was made. For operators.
  struct Counts {
    std::array<std::uint64_t, kStops> refused{};  ///< by Stop
    std::uint64_t granted = 0;                    ///< tokens of the limiter, given back or not
    kernel::Duration rate_wait{};                 ///< that they were waited for
    std::uint64_t queued = 0;                     ///< who had to wait for a place
    kernel::Duration queue_wait{};
  };
  const Counts& counts() const { return counts_; }
  /// How long the API asked to be left alone; nothing: there is no limiter.
  std::optional<kernel::Duration> pause_left() const;

  /// So many instances keep the API's rate together; nothing is granted before `when`.
  void share_rate(std::int64_t among, kernel::Timestamp when);

  /// What an answer says of the API's limits, whatever else it says.
  void heed(const core::CallResult& result, const kernel::HttpResult& answer);

  core::BreakerState breaker_state() const;
  /// Null where there is none.
  core::Breaker* breaker() const { return breaker_.get(); }
  const core::Bulkhead* bulkhead() const { return slots_ ? &slots_->bulkhead() : nullptr; }

 private:
  enum class Next : std::uint8_t { Done, Sleep, Queue };
  struct Step {
    Next next = Next::Done;
    core::Bulkhead::Ticket ticket = 0;
  };
  Step advance(Pass& pass, kernel::Timestamp latest);
  bool passes_breaker(Pass& pass);
  std::optional<Step> reserve(Pass& pass, kernel::Timestamp latest);
  Step take_slot(Pass& pass);
  kernel::Task<void> go_through(Pass& pass, kernel::Timestamp latest, Step step);
  void refuse(Pass& pass, Refusal refusal);

  kernel::Scheduler& scheduler_;
  std::unique_ptr<core::Breaker> breaker_;
  std::optional<core::RateLimiter> limiter_;
  std::unique_ptr<Slots> slots_;
  Counts counts_;
  bool is_told_when_ = true;  ///< a throttle pauses the limiter: it is not the breaker's
};

}  // namespace service
