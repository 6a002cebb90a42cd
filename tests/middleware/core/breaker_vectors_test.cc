// The breaker against recorded breakers: every trace whose decisions the plain rules share.
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "middleware/core/breaker.h"
#include "middleware/kernel/timer_queue.h"
#include "tests/middleware/core/breaker_settings.h"
#include "tests/middleware/core/vectors.h"

namespace core_tests {
namespace {

using core::Breaker;
using core::BreakerRules;
using core::BreakerState;
using core::Sample;
using kernel::Duration;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// Plays one trace by the vectors' rules of time: what is due at t runs before the steps at t.
class Replay {
 public:
  /// `looks` asks for the state whenever the breaker is due to change by itself, as a health check might: it
  /// has no timer and makes that change, back-dated, at the next call or look.
  Replay(const Json& trace, bool with_knobs, bool looks)
      : trace_(trace),
        rules_(rules_of(trace["settings"], with_knobs)),
        looks_(looks),
        call_timeout_(trace["settings"].contains("call_timeout_ms")
                          ? millis(trace["settings"]["call_timeout_ms"])
                          : 0ms),
        breaker_(rules_, [this](BreakerState from, BreakerState to, std::string_view) { note(from, to); }) {
    for (const Json& step : trace_["steps"]) {
      run_until(kernel::at(millis(step["at"])));
      run(step);
    }
    while (running_ > 0) run_until(queue_.next_time());
    for (const Line& line : lines_) decisions += line.decision + line.result + "\n";
    for (const Line& line : lines_) states += line.state_after_step + " " + line.state_after_end + "\n";
  }

  std::string decisions;  ///< one line a call
  std::string states;     ///< one line a call: after the step, after the result
  std::string observed;
  std::string transitions;

 private:
  struct Line {
    std::string decision;
    std::string result;
    std::string state_after_step;
    std::string state_after_end;
  };

  void run_until(Timestamp end) {
    while (!queue_.empty() && queue_.next_time() <= end) {
      now_ = queue_.next_time();
      queue_.pop()();
    }
    now_ = end;
  }

  std::string state() { return std::string(to_text(breaker_.state(now_))); }

  void run(const Json& step) {
    const std::string op = step["op"];
    if (op == "call") return call(step);
    if (op == "force_open") breaker_.force_open(now_);
    if (op == "release_force") breaker_.release(now_);
    if (op == "disable") breaker_.disable(now_);
    if (op == "enable") breaker_.enable(now_);
    if (op == "open") breaker_.open(now_);
    if (op == "reset") breaker_.reset(now_);
    observed += std::to_string(in_millis(now_)) + " " + state() + "\n";
  }

  void note(BreakerState from, BreakerState to) {
    transitions += std::to_string(in_millis(now_)) + " " + std::string(to_text(from)) + " -> " +
                   std::string(to_text(to)) + "\n";
    const Duration half_open_max = rules_.half_open_max;
    if (looks_ && to == BreakerState::HalfOpen && half_open_max.count() > 0)
      queue_.push(now_ + half_open_max, [this] { state(); });
    if (looks_ && to == BreakerState::Open && rules_.variant.half_open_by_timer)
      queue_.push(now_ + breaker_.open_left(now_), [this] { state(); });
    for (const auto& [index, step] : std::exchange(waiting_, {}))
      queue_.push(now_, [this, index, step] { decide(index, *step); });
  }

  void call(const Json& step) {
    const std::size_t index = lines_.size();
    lines_.push_back({});
    decide(index, step);
    run_until(now_);  // a call without latency is complete before the next step
    if (lines_[index].state_after_step.empty()) lines_[index].state_after_step = state();
  }

  void decide(std::size_t index, const Json& step) {
    const std::string at = std::to_string(in_millis(now_));
    const std::string id = step["id"];
    Breaker::Permit permit = breaker_.try_acquire(now_);
    if (!permit && breaker_.must_wait(now_)) {
      waiting_.emplace_back(index, &step);
      return;
    }
    lines_[index].decision = id + " " + (permit ? "permitted" : "rejected") + " " + at;
    if (!permit) {
      lines_[index].result = " rejected " + at;
      lines_[index].state_after_end = state();
      return;
    }
    const Duration latency = millis(step["latency"]);
    const bool is_late = call_timeout_.count() > 0 && latency >= call_timeout_;
    const Duration took = is_late ? call_timeout_ : latency;
    const std::string outcome = is_late ? "timeout" : step["outcome"].get<std::string>();
    ++running_;
    queue_.push(now_ + took, [this, index, outcome, took, held = std::move(permit)]() mutable {
      const Sample sample = outcome == "ok"        ? Sample::Success
                            : outcome == "ignored" ? Sample::Ignored
                                                   : Sample::Failed;
      held.record(sample, took, now_);
      --running_;
      lines_[index].result = " " + outcome + " " + std::to_string(in_millis(now_));
      lines_[index].state_after_end = state();
    });
  }

  const Json& trace_;
  BreakerRules rules_;
  bool looks_;
  Duration call_timeout_;
  Timestamp now_{};
  Breaker breaker_;
  kernel::TimerQueue queue_;
  std::vector<Line> lines_;
  std::vector<std::pair<std::size_t, const Json*>> waiting_;  ///< calls beyond the probes
  int running_ = 0;
};

std::string expected_decisions(const Json& expect) {
  std::string text;
  for (const Json& call : expect["calls"]) {
    text += call["id"].get<std::string>() + " " + call["decision"].get<std::string>() + " " +
            call["decided_at"].dump() + " " + call["result"].get<std::string>() + " " +
            call["ended_at"].dump() + "\n";
  }
  return text;
}

std::string expected_states(const Json& expect) {
  std::string text;
  for (const Json& call : expect["calls"]) {
    text +=
        call["state_after_step"].get<std::string>() + " " + call["state_after_end"].get<std::string>() + "\n";
  }
  return text;
}

std::string expected_observed(const Json& expect) {
  std::string text;
  for (const Json& seen : expect["observed"])
    text += seen["at"].dump() + " " + seen["state"].get<std::string>() + "\n";
  return text;
}

std::string expected_transitions(const Json& expect) {
  std::string text;
  for (const Json& change : expect["transitions"]) {
    text += change["at"].dump() + " " + change["from"].get<std::string>() + " -> " +
            change["to"].get<std::string>() + "\n";
  }
  return text;
}

void check_breaker(const Json& trace) {
  ASSERT_TRUE(trace.contains("expect")) << trace;
  const Json& expect = trace["expect"];
  if (trace["needs"].empty()) {
    SCOPED_TRACE("by our plain rules");
    EXPECT_EQ(Replay(trace, false, false).decisions, expected_decisions(expect));
  }
  if (trace["needs_for_states"].empty()) {
    SCOPED_TRACE("by our plain rules, with all states");
    const Replay replay(trace, false, true);
    EXPECT_EQ(replay.states, expected_states(expect));
    EXPECT_EQ(replay.observed, expected_observed(expect));
    EXPECT_EQ(replay.transitions, expected_transitions(expect));
  }
  const Replay replay(trace, true, true);
  EXPECT_EQ(replay.decisions, expected_decisions(expect));
  EXPECT_EQ(replay.states, expected_states(expect));
  EXPECT_EQ(replay.observed, expected_observed(expect));
  EXPECT_EQ(replay.transitions, expected_transitions(expect));
}

constexpr const char* kFiles[] = {"breaker-core.json", "breaker-cockatiel.json", "breaker-mollitia.json",
                                  "breaker-opossum.json", "breaker-resilience4j.json"};

class BreakerVectors : public VectorTest {};
TEST_P(BreakerVectors, IsDecidedAsRecorded) { check_breaker(*GetParam()); }
VECTORS_OF(BreakerVectors, check_breaker, kFiles)

}  // namespace
}  // namespace core_tests
