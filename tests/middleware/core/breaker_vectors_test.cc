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

BreakerRules rules_of(const Json& settings) {
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
  return rules;
}

/// Plays one trace by the vectors' rules of time: what is due at t runs before the steps at t.
class Replay {
 public:
  /// `looks` asks for the state whenever a half-open round runs out of time, as a health check might: the
  /// breaker has no timer and makes that change, back-dated, at the next call or look.
  explicit Replay(const Json& trace, bool looks)
      : trace_(trace),
        looks_after_(looks ? millis(trace["settings"]["half_open"]["max_wait_ms"]) : 0ms),
        call_timeout_(trace["settings"].contains("call_timeout_ms")
                          ? millis(trace["settings"]["call_timeout_ms"])
                          : 0ms),
        breaker_(rules_of(trace["settings"]), [this](BreakerState from, BreakerState to, std::string_view) {
          transitions += std::to_string(in_millis(now_)) + " " + std::string(to_text(from)) + " -> " +
                         std::string(to_text(to)) + "\n";
          if (to == BreakerState::HalfOpen && looks_after_.count() > 0) {
            queue_.push(now_ + looks_after_, [this] { state(); });
          }
        }) {
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

  void call(const Json& step) {
    const std::size_t index = lines_.size();
    lines_.push_back({});
    const std::string at = std::to_string(in_millis(now_));
    const std::string id = step["id"];
    std::optional<Breaker::Permit> permit = breaker_.try_acquire(now_);
    lines_[index].decision = id + " " + (permit ? "permitted" : "rejected") + " " + at;
    if (!permit) {
      lines_[index].result = " rejected " + at;
      lines_[index].state_after_step = lines_[index].state_after_end = state();
      return;
    }
    const Duration latency = millis(step["latency"]);
    const bool is_late = call_timeout_.count() > 0 && latency >= call_timeout_;
    const Duration took = is_late ? call_timeout_ : latency;
    const std::string outcome = is_late ? "timeout" : step["outcome"].get<std::string>();
    ++running_;
    queue_.push(now_ + took, [this, index, outcome, took, held = std::move(*permit)]() mutable {
      const Sample sample = outcome == "ok"        ? Sample::Success
                            : outcome == "ignored" ? Sample::Ignored
                                                   : Sample::Failed;
      held.record(sample, took, now_);
      --running_;
      lines_[index].result = " " + outcome + " " + std::to_string(in_millis(now_));
      lines_[index].state_after_end = state();
    });
    run_until(now_);  // a call without latency is complete before the next step
    lines_[index].state_after_step = state();
  }

  const Json& trace_;
  Duration looks_after_;
  Duration call_timeout_;
  Timestamp now_{};
  Breaker breaker_;
  kernel::TimerQueue queue_;
  std::vector<Line> lines_;
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

struct Source {
  const char* file;
  int replayed;           ///< traces whose decisions are compared
  int replayed_entirely;  ///< of them: also every state and transition
};

class BreakerVectors : public testing::TestWithParam<Source> {};

TEST_P(BreakerVectors, AreDecidedAsRecorded) {
  int replayed = 0;
  int entirely = 0;
  for (const Json& trace : traces_of(GetParam().file)) {
    if (!trace["needs"].empty()) continue;
    const std::string id = trace["id"];
    SCOPED_TRACE(id + ": " + trace["title"].get<std::string>());
    const Json& expect = trace["expect"];
    EXPECT_EQ(Replay(trace, false).decisions, expected_decisions(expect));
    ++replayed;
    if (!trace["needs_for_states"].empty()) continue;
    const Replay replay(trace, true);
    EXPECT_EQ(replay.decisions, expected_decisions(expect));
    EXPECT_EQ(replay.states, expected_states(expect));
    EXPECT_EQ(replay.observed, expected_observed(expect));
    EXPECT_EQ(replay.transitions, expected_transitions(expect));
    ++entirely;
  }
  std::printf("%s: %d traces replayed, %d of them with all states\n", GetParam().file, replayed, entirely);
  if (!are_ours()) return;
  EXPECT_EQ(replayed, GetParam().replayed);
  EXPECT_EQ(entirely, GetParam().replayed_entirely);
}

INSTANTIATE_TEST_SUITE_P(Of, BreakerVectors,
                         testing::Values(Source{"breaker-core.json", 31, 31},
                                         Source{"breaker-cockatiel.json", 12, 11},
                                         Source{"breaker-mollitia.json", 11, 9},
                                         Source{"breaker-opossum.json", 7, 4},
                                         Source{"breaker-resilience4j.json", 22, 21}),
                         [](const auto& info) {
                           const std::string file = info.param.file;
                           return file.substr(8, file.find('.') - 8);
                         });

}  // namespace
}  // namespace core_tests
