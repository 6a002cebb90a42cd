// The retry rules and budgets against recorded clients.
#include <cmath>
#include <map>
#include <optional>
#include <string>

#include "middleware/core/retry.h"
#include "middleware/core/retry_budget.h"
#include "middleware/core/server_hints.h"
#include "tests/middleware/core/vectors.h"

namespace core_tests {
namespace {

using core::CallResult;
using core::FailureClass;
using core::Jitter;
using core::Luck;
using core::Retry;
using core::RetryAfterUse;
using core::RetryBudget;
using core::RetryRules;
using kernel::Duration;
using kernel::NoAnswer;
using namespace std::chrono_literals;

const Json& planned(const Json& plan, int attempt) {
  return plan[std::min<std::size_t>(static_cast<std::size_t>(attempt) - 1, plan.size() - 1)];
}

// --- retry: waits of single calls ----------------------------------------------------------------------

RetryRules rules_of(const Json& settings) {
  RetryRules rules{.attempts_max = settings["max_attempts"], .wait_max = 24h * 365, .jitter = Jitter::None};
  const Json& backoff = settings["backoff"];
  const std::string kind = backoff["kind"];
  if (kind == "list") {
    for (const Json& wait : backoff["ms"]) rules.waits.push_back(millis(wait));
  } else if (kind == "server_hint") {
    rules.waits = {millis(backoff["fallback_ms"])};
    rules.retry_after = RetryAfterUse::Replaces;
  } else {
    rules.base = millis(backoff["base_ms"]);
    if (kind == "linear") rules.step = millis(backoff["step_ms"]);
    if (kind == "exponential") rules.factor = backoff.value("factor", 2.0);
    EXPECT_TRUE(kind == "linear" || kind == "exponential") << kind;
  }
  if (backoff.contains("cap_ms") && backoff["cap_ms"].is_number()) rules.wait_max = millis(backoff["cap_ms"]);
  if (backoff.value("round", "") == "nearest") rules.unit = 1ms;
  rules.first_at_once =
      backoff.value("first_retry_immediate", false) || settings.value("first_retry_immediate", false);
  if (settings.value("server_hint", "") == "replaces_delay") rules.retry_after = RetryAfterUse::Replaces;
  if (settings.contains("max_elapsed_ms") && settings["max_elapsed_ms"].is_number())
    rules.elapsed_max = millis(settings["max_elapsed_ms"]);
  return rules;
}

void check_retry_call(const Retry& retry, const Json& call, const Json& expect) {
  Json attempts = Json::array();
  Json delays = Json::array();
  const Duration began = millis(call["at"]);
  Duration now = began;
  for (int number = 1;; ++number) {
    const Json& plan = planned(call["plan"], number);
    attempts.push_back({{"at", now / 1ms}, {"outcome", plan["outcome"]}});
    now += millis(plan["latency"]);
    if (plan["outcome"] == "ok") break;
    CallResult failed{.status = plan["outcome"] == "fatal" ? 400 : 500};
    if (plan.contains("retry_after_ms")) failed.retry_after = millis(plan["retry_after_ms"]);
    const auto decision =
        retry.after(failed, {.number = number, .method = "GET", .left = 24h * 365, .elapsed = now - began});
    if (!decision.wait) break;
    delays.push_back(*decision.wait / 1ms);
    now += *decision.wait;
  }
  EXPECT_EQ(attempts, expect["attempts"]);
  EXPECT_EQ(attempts.back()["outcome"], expect["result"]);
  EXPECT_EQ(Json(now / 1ms), expect["ended_at"]);
  if (expect.contains("delays")) EXPECT_EQ(delays, expect["delays"]);
}

void check_retry(const Json& trace) {
  ASSERT_TRUE(trace.contains("calls")) << trace;
  const Retry retry(rules_of(trace["settings"]));
  for (std::size_t i = 0; i < trace["calls"].size(); ++i) {
    SCOPED_TRACE(trace["calls"][i]["id"]);
    check_retry_call(retry, trace["calls"][i], trace["expect"]["calls"][i]);
  }
}

constexpr const char* kRetries[] = {"retry.json"};
class RetryVectors : public VectorTest {};
TEST_P(RetryVectors, WaitAsRecorded) { check_retry(*GetParam()); }
VECTORS_OF(RetryVectors, check_retry, kRetries)

// --- formulas --------------------------------------------------------------------------------------------

/// The law of a formula's text; nothing: we have none.
std::optional<Jitter> jitter_of(const std::string& formula) {
  if (formula.starts_with("floor(u * min(cap") || formula.starts_with("u * min(cap")) return Jitter::Full;
  if (formula.starts_with("floor((d + u * d) / 2)")) return Jitter::Equal;
  if (formula.starts_with("x(t) = 2^t * tanh")) return Jitter::DecorrelatedSmooth;
  if (formula.starts_with("min(cap, round((1 + u) * base")) return Jitter::Stretched;
  if (formula.find("lo = d * (1 - j)") != std::string::npos) return Jitter::Symmetric;
  if (formula.find("previous") != std::string::npos || formula.find("prev") != std::string::npos)
    return Jitter::Decorrelated;
  if (formula.starts_with("min(cap, base")) return Jitter::None;
  return std::nullopt;
}

void check_formula(const Json& trace) {
  ASSERT_TRUE(trace.contains("uniforms")) << trace;
  const Json& settings = trace["settings"];
  const std::string formula = settings["formula"];
  const auto jitter = jitter_of(formula);
  ASSERT_TRUE(jitter) << formula;
  const bool whole = formula.find("floor") != std::string::npos;
  RetryRules rules{.attempts_max = 1000,
                   .base = millis(settings["base_ms"]),
                   .factor = settings.value("factor", 2.0),
                   .wait_max = settings["cap_ms"].is_number() ? millis(settings["cap_ms"]) : 24h * 365,
                   .jitter = *jitter,
                   .symmetric_share = settings.value("j", 0.5)};
  if (formula.find("round") != std::string::npos) rules.unit = 1ms;
  const Retry retry(rules);
  const Json& uniforms = trace["uniforms"];
  const Luck luck{[&](int i) { return uniforms[static_cast<std::size_t>(i) - 1].get<double>(); }};
  for (std::size_t i = 0; i < uniforms.size(); ++i) {
    SCOPED_TRACE(i);
    const auto got =
        retry.after({.status = 500},
                    {.number = static_cast<int>(i) + 1, .method = "GET", .left = 24h * 365, .luck = luck});
    ASSERT_TRUE(got.wait);
    const double expected = trace["expect"]["delays_ms"][i];
    // Ours waits parts of a millisecond, where the recorded one rounds down.
    const double ours = static_cast<double>(got.wait->count()) / 1e6;
    EXPECT_NEAR(whole ? std::floor(ours) : ours, expected, expected * 1e-6);
  }
}

constexpr const char* kFormulas[] = {"backoff-formula.json"};
class BackoffVectors : public VectorTest {};
TEST_P(BackoffVectors, AreTheRecordedFormulas) { check_formula(*GetParam()); }
VECTORS_OF(BackoffVectors, check_formula, kFormulas)

// --- quota: several operations share one budget ----------------------------------------------------------

CallResult result_of(const Json& plan) {
  const std::string type = plan["type"];
  if (type == "TRANSIENT") return {.status = 500};
  if (type == "CLIENT_ERROR") return {.status = 400};
  if (type == "SERVER_ERROR") return {.status = 501};  // "unclassified": not retried
  CallResult result{.status = 429};
  if (plan.contains("retry_after_ms")) result.retry_after = millis(plan["retry_after_ms"]);
  return result;
}

class Operation {
 public:
  explicit Operation(const Json& op) : next_at(millis(op["at"])), op_(op) {}

  /// Makes the attempt that begins at `next_at`.
  void attempt(const Retry& retry, RetryBudget& budget, double luck) {
    if (attempts_ == 0) before_ = budget.tokens();
    ++attempts_;
    started_ += (attempts_ > 1 ? "," : "") + std::to_string(next_at / 1ms);
    const Json& plan = planned(op_["plan"], attempts_);
    now_ = next_at + millis(plan["latency"]);
    if (plan["type"] == "ok") {
      budget.succeeded(last_retry_);
      return end("ok", budget);
    }
    const CallResult failed = result_of(plan);
    const auto decision =
        retry.after(failed, {.number = attempts_, .method = "GET", .left = 24h, .luck = luck});
    const FailureClass failure = core::failure_class(failed);
    if (!decision.wait || !budget.take(failure)) return end("gave_up", budget);
    last_retry_ = failure;
    // The recorded client waits whole milliseconds.
    next_at = now_ + std::chrono::floor<std::chrono::milliseconds>(*decision.wait);
  }

  std::string text() const {
    return op_["id"].get<std::string>() + " [" + started_ + "] " + std::to_string(before_) + " " + result_ +
           " " + std::to_string(now_ / 1ms) + " " + std::to_string(after_);
  }
  bool is_over() const { return !result_.empty(); }

  Duration next_at;

 private:
  void end(const char* how, const RetryBudget& budget) {
    result_ = how;
    after_ = budget.tokens();
  }
  const Json& op_;
  Duration now_{};
  int attempts_ = 0;
  std::string started_;
  std::optional<FailureClass> last_retry_;
  std::int64_t before_ = 0;
  std::int64_t after_ = 0;
  std::string result_;
};

std::string expected_operation(const Json& op) {
  std::string started;
  for (const Json& at : op["attempts"]) started += (started.empty() ? "" : ",") + at.dump();
  return op["id"].get<std::string>() + " [" + started + "] " + op["capacity_before"].dump() + " " +
         op["result"].get<std::string>() + " " + op["ended_at"].dump() + " " + op["capacity_after"].dump();
}

void check_quota(const Json& trace) {
  ASSERT_TRUE(trace.contains("ops")) << trace;
  const Json& settings = trace["settings"];
  const Retry retry(RetryRules{.attempts_max = settings["max_attempts"],
                               .base = millis(settings["base_ms"]["TRANSIENT"]),
                               .throttled_base = millis(settings["base_ms"]["THROTTLING"]),
                               .wait_max = millis(settings["cap_ms"]),
                               .retry_after_slack = millis(settings["hint_max_extra_ms"]),
                               .retry_after = RetryAfterUse::Cut});
  RetryBudget budget(core::RetryQuota{.capacity = settings["capacity"],
                                      .transient_cost = settings["cost"]["TRANSIENT"],
                                      .throttled_cost = settings["cost"]["THROTTLING"],
                                      .first_try_refund = settings["refund_first_try"]});
  std::vector<Operation> operations;
  for (const Json& op : trace["ops"]) operations.emplace_back(op);
  while (true) {  // the earliest attempt first
    Operation* next = nullptr;
    for (Operation& op : operations) {
      if (!op.is_over() && (next == nullptr || op.next_at < next->next_at)) next = &op;
    }
    if (next == nullptr) break;
    next->attempt(retry, budget, settings["u"].get<double>());
  }
  const Json& expect = trace["expect"]["ops"];
  for (std::size_t i = 0; i < operations.size(); ++i)
    EXPECT_EQ(operations[i].text(), expected_operation(expect[i]));
}

constexpr const char* kQuotas[] = {"retry-quota.json"};
class RetryQuotaVectors : public VectorTest {};
TEST_P(RetryQuotaVectors, SpendAndEarnAsRecorded) { check_quota(*GetParam()); }
VECTORS_OF(RetryQuotaVectors, check_quota, kQuotas)

// --- throttle: tokens after each result ------------------------------------------------------------------

void check_throttle(const Json& trace) {
  ASSERT_TRUE(trace.contains("results")) << trace;
  const Json& settings = trace["settings"];
  const auto milli = [](const Json& tokens) {
    return static_cast<std::int64_t>(std::llround(tokens.get<double>() * 1000));
  };
  RetryBudget budget(core::RetryThrottle{.tokens_max_milli = milli(settings["max_tokens"]),
                                         .success_milli = milli(settings["token_ratio"])});
  for (std::size_t i = 0; i < trace["results"].size(); ++i) {
    SCOPED_TRACE(i);
    const Json& expect = trace["expect"]["after_each"][i];
    if (trace["results"][i] == "ok") {
      budget.succeeded(std::nullopt);
      EXPECT_EQ(budget.tokens() > milli(settings["max_tokens"]) / 2, expect["may_retry"].get<bool>());
    } else {
      EXPECT_EQ(budget.take(FailureClass::Transient), expect["may_retry"].get<bool>());
    }
    EXPECT_EQ(budget.tokens(), milli(expect["tokens"]));
  }
}

constexpr const char* kThrottles[] = {"retry-throttle.json"};
class RetryThrottleVectors : public VectorTest {};
TEST_P(RetryThrottleVectors, CountAsRecorded) { check_throttle(*GetParam()); }
VECTORS_OF(RetryThrottleVectors, check_throttle, kThrottles)

}  // namespace
}  // namespace core_tests
