// The breaker against recorded breakers: every trace whose decisions the plain rules share.
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "middleware/core/breaker.h"
#include "middleware/kernel/timer_queue.h"
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

std::variant<core::TimeWindow, core::CountWindow, core::ConsecutiveFailures> trip_of(const Json& trip) {
  if (trip["kind"] == "consecutive") return core::ConsecutiveFailures{trip["failures"]};
  const Json& window = trip["window"];
  if (window["kind"] == "count") return core::CountWindow{window["size"]};
  core::TimeWindow time{.length = millis(window["length_ms"]), .bucket = millis(window["bucket_ms"])};
  // `exact`: results are dropped when strictly older than the length, so the bucket that is exactly as old
  // counts.
  if (window["align"] == "exact") time.length += time.bucket;
  time.starts_at_results = window["align"] == "lazy";
  if (window["align"] == "epoch") time.offset = std::chrono::milliseconds{1'700'000'000'000};
  return time;
}

/// One of a knob's names, the first being our rule.
template <class T>
T knob(const Json& knobs, const char* name, std::initializer_list<std::pair<const char*, T>> values) {
  const std::string value = knobs.value(name, std::string(values.begin()->first));
  for (const auto& [text, meant] : values) {
    if (value == text) return meant;
  }
  ADD_FAILURE() << "the knob " << name << " has no value " << value;
  return values.begin()->second;
}

core::BreakerVariant variant_of(const Json& knobs) {
  using core::HalfOpenDecision, core::IgnoredResult, core::LateResults, core::WindowOnClose;
  core::BreakerVariant variant;
  variant.trips_above_only = knob<bool>(knobs, "rate_compare", {{"ge", false}, {"gt", true}});
  variant.opens_up_after_only = knob<bool>(knobs, "open_boundary", {{"ge", false}, {"gt", true}});
  variant.half_open_by_timer = knob<bool>(knobs, "half_open_by", {{"call", false}, {"timer", true}});
  variant.only_bad_results_trip =
      knob<bool>(knobs, "evaluate_on", {{"every_result", false}, {"bad_results", true}});
  variant.counts_starts =
      knob<bool>(knobs, "denominator", {{"results", false}, {"starts_and_rejections", true}});
  variant.late_results = knob<LateResults>(knobs, "late_results",
                                           {{"drop", LateResults::Drop},
                                            {"current_state", LateResults::CurrentState},
                                            {"admission_state", LateResults::AdmissionState}});
  variant.window_on_close = knob<WindowOnClose>(knobs, "window_on_close",
                                                {{"clear", WindowOnClose::Clear},
                                                 {"clear_keep_probe", WindowOnClose::ClearButKeepProbe},
                                                 {"keep", WindowOnClose::Keep}});
  variant.excess_waits = knob<bool>(knobs, "half_open_excess", {{"reject", false}, {"wait", true}});
  variant.half_open_decision = knob<HalfOpenDecision>(knobs, "half_open_decision",
                                                      {{"rate", HalfOpenDecision::Rate},
                                                       {"first_result", HalfOpenDecision::FirstResult},
                                                       {"full_round", HalfOpenDecision::FullRound}});
  variant.ignored_result = knob<IgnoredResult>(knobs, "ignored_result",
                                               {{"release", IgnoredResult::GiveBack},
                                                {"success", IgnoredResult::Success},
                                                {"closes", IgnoredResult::Closes}});
  variant.failures_are_never_slow =
      knob<bool>(knobs, "slow_failures", {{"count", false}, {"not_slow", true}});
  variant.late_probe_closes_open = knobs.value("late_probe_closes_open", false);
  variant.warm_up = std::chrono::milliseconds{knobs.value("warm_up_ms", 0)};
  return variant;
}

BreakerRules rules_of(const Json& settings, bool with_knobs) {
  const Json& trip = settings["trip"];
  BreakerRules rules{.trip = trip_of(trip), .failed_percent = std::nullopt, .slow_percent = std::nullopt};
  if (trip["kind"] == "rate") {
    rules.calls_min = std::max<std::int64_t>(1, trip["min_calls"]);
    if (trip["failure_rate_pct"].is_number())
      rules.failed_percent = trip["failure_rate_pct"].get<std::int64_t>();
    if (trip["slow"].is_object()) {
      rules.slow_percent = trip["slow"]["rate_pct"].get<std::int64_t>();
      rules.slow_above = millis(trip["slow"]["threshold_ms"]);
    }
  }
  rules.open_for.clear();
  for (const Json& open : settings["open_ms"]) rules.open_for.push_back(millis(open));
  const Json& half_open = settings["half_open"];
  rules.probes = half_open["permitted"];
  rules.half_open_max = millis(half_open["max_wait_ms"]);
  rules.half_open_max_closes = half_open.value("max_wait_to", "open") == "closed";
  if (with_knobs && settings.contains("knobs")) rules.variant = variant_of(settings["knobs"]);
  return rules;
}

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
