#pragma once
// Circuit breaker: stops calling a dependency that fails or crawls, and finds out gently when it is back.
//
// Source: facts/resilience 2, rules 1 to 12; the golden traces agree with it. It needs no timer: changes that
// are due are made at the next call, result or look, dated to when they were due. Time comes in with each
// call.
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "middleware/core/breaker_rules.h"
#include "middleware/core/result_window.h"

namespace core {

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

  /// Leave to make one call. Going away without a result gives it back, so that a lost probe leaks no slot.
  /// It must not outlive the breaker. A default one is leave of nobody.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { give_back(); }
    explicit operator bool() const { return breaker_ != nullptr; }
    BreakerState admitted_in() const { return admitted_in_; }
    /// Once.
    void record(Sample sample, kernel::Duration took, kernel::Timestamp now);
    void give_back();

   private:
    friend class Breaker;
    Permit(Breaker& breaker, std::uint32_t generation, BreakerState admitted_in)
        : breaker_(&breaker), generation_(generation), admitted_in_(admitted_in) {}
    Breaker* breaker_ = nullptr;
    std::uint32_t generation_ = 0;
    BreakerState admitted_in_ = BreakerState::Closed;
  };

  /// None when the call is rejected.
  Permit try_acquire(kernel::Timestamp now);

  /// After a rejection, where `excess_waits`: the call is to ask again after the next change of state.
  bool must_wait(kernel::Timestamp now);

  /// For a rejected caller: how long until a call may be permitted; 0 while half-open or closed.
  kernel::Duration open_left(kernel::Timestamp now) const;

  /// The state now; due changes are made first.
  BreakerState state(kernel::Timestamp now);

  // By an operator; each is told to the listener.
  void reset(kernel::Timestamp now);  ///< closed, empty window
  void open(kernel::Timestamp now);
  void force_open(kernel::Timestamp now);
  void release(kernel::Timestamp now);  ///< undoes one force_open; closed when none is left
  void disable(kernel::Timestamp now);  ///< permits all, records nothing
  void enable(kernel::Timestamp now);   ///< back to closed

 private:
  struct Result {
    Sample sample;
    bool slow;
    kernel::Timestamp when;
  };
  void record(const Permit& permit, Sample sample, kernel::Duration took, kernel::Timestamp now);
  void record_late(const Permit& permit, const Result& result);
  void record_late_probe(const Result& result);
  void record_closed(const Result& result);
  void record_probe(const Result& result);
  void add_to_probed(const Result& result);
  void judge_window(const Result& result);
  void judge_probes(const Result& result);
  void close_after(const Result& probe);
  void add_to_window(const Result& result);
  void make_due_changes(kernel::Timestamp now, bool at_the_end_too);
  bool is_over(const ResultCounts& counts) const;
  kernel::Duration open_time() const;
  enum class Window : std::uint8_t { AsTheRulesSay, Kept };
  void change(BreakerState to, kernel::Timestamp when, std::string_view why,
              Window window = Window::AsTheRulesSay);
  void clear_window();
  void trip(kernel::Timestamp when, std::string_view why);

  BreakerRules rules_;
  Listener listener_;
  BreakerState state_ = BreakerState::Closed;
  std::uint32_t generation_ = 1;
  kernel::Timestamp since_{};         ///< when the current state began
  std::int64_t openings_in_row_ = 0;  ///< since the last time it closed
  std::int64_t forced_ = 0;
  std::optional<ResultWindow> window_;  ///< none where only failures in a row count
  std::int64_t failures_in_row_ = 0;
  std::int64_t probes_admitted_ = 0;  ///< of this half-open round
  ResultCounts probed_;               ///< its results
};

}  // namespace core
