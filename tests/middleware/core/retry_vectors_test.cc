// The retry rules against recorded clients, as far as they agree.
#include <map>
#include <optional>
#include <string>

#include "middleware/core/retry.h"
#include "tests/middleware/core/vectors.h"

namespace core_tests {
namespace {

using core::CallResult;
using core::FailureClass;
using core::Retry;
using core::RetryBudget;
using core::RetryRules;
using kernel::Duration;
using kernel::NoAnswer;
using namespace std::chrono_literals;

// --- quota: several operations share one budget
// -------------------------------------------------------------------

CallResult result_of(const Json& planned) {
  const std::string type = planned["type"];
  if (type == "TRANSIENT") return {.status = 500};
  if (type == "CLIENT_ERROR") return {.status = 400};
  if (type == "SERVER_ERROR") return {.status = 501};  // "unclassified": not retried
  CallResult result{.status = 429};
  if (planned.contains("retry_after_ms")) result.retry_after = millis(planned["retry_after_ms"]);
  return result;
}

class Operation {
 public:
  explicit Operation(const Json& op) : op_(op), next_at(millis(op["at"])) {}

  /// Makes the attempt that begins at `next_at`.
  void attempt(const Retry& retry, RetryBudget& budget, double luck) {
    if (attempts == 0) capacity_before = budget.tokens();
    ++attempts;
    started += (attempts > 1 ? "," : "") + std::to_string(next_at.count() / 1'000'000);
    const Json& plan = op_["plan"];
    const Json& planned =
        plan[std::min<std::size_t>(static_cast<std::size_t>(attempts) - 1, plan.size() - 1)];
    now = next_at + millis(planned["latency"]);
    if (planned["type"] == "ok") {
      budget.succeeded(last_retry);
      return end("ok", budget);
    }
    const CallResult failed = result_of(planned);
    const auto decision =
        retry.after(failed, {.number = attempts, .method = "GET", .left = 24h, .luck = luck});
    const FailureClass failure = core::failure_class(failed);
    if (!decision.wait || !budget.take(failure)) return end("gave_up", budget);
    last_retry = failure;
    // The recorded client waits whole milliseconds.
    next_at = now + std::chrono::floor<std::chrono::milliseconds>(*decision.wait);
  }

  std::string text() const {
    return op_["id"].get<std::string>() + " [" + started + "] " + std::to_string(capacity_before) + " " +
           result + " " + std::to_string(now.count() / 1'000'000) + " " + std::to_string(capacity_after);
  }
  bool is_over() const { return !result.empty(); }

 private:
  void end(const char* how, const RetryBudget& budget) {
    result = how;
    capacity_after = budget.tokens();
  }
  const Json& op_;

 public:
  Duration next_at;
  Duration now{};
  int attempts = 0;
  std::string started;
  std::optional<FailureClass> last_retry;
  std::int64_t capacity_before = 0;
  std::int64_t capacity_after = 0;
  std::string result;
};

std::string expected_operation(const Json& op) {
  std::string started;
  for (const Json& at : op["attempts"]) started += (started.empty() ? "" : ",") + at.dump();
  return op["id"].get<std::string>() + " [" + started + "] " + op["capacity_before"].dump() + " " +
         op["result"].get<std::string>() + " " + op["ended_at"].dump() + " " + op["capacity_after"].dump();
}

TEST(RetryQuotaVectors, SpendAndEarnAsRecorded) {
  int replayed = 0;
  int skipped = 0;
  for (const Json& trace : traces_of("retry-quota.json")) {
    SCOPED_TRACE(trace["id"].get<std::string>() + ": " + trace["title"].get<std::string>());
    const Json& settings = trace["settings"];
    // The recorded client cuts a hint to its own wait + 5 s; ours gives the call up then, so that the event
    // comes again.
    const Json* hint = kernel::json_at(trace["ops"], "/0/plan/0/retry_after_ms");
    if (hint != nullptr && millis(*hint) > 1s + millis(settings["hint_max_extra_ms"])) {
      std::printf("skipped %s: %s\n", trace["id"].get<std::string>().c_str(),
                  trace["title"].get<std::string>().c_str());
      ++skipped;
      continue;
    }
    const Retry retry(RetryRules{.attempts_max = settings["max_attempts"]});
    RetryBudget budget(settings["capacity"].get<std::int64_t>());
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
    ++replayed;
  }
  std::printf("retry-quota.json: %d traces replayed, %d skipped\n", replayed, skipped);
  if (!are_ours()) return;
  EXPECT_EQ(replayed, 6);
  EXPECT_EQ(skipped, 1);
}

// --- decisions: one client's table
// --------------------------------------------------------------------------------

std::optional<NoAnswer> reason_of(const std::string& code) {
  const std::map<std::string, NoAnswer> reasons = {{"ECONNRESET", NoAnswer::Reset},
                                                   {"EPIPE", NoAnswer::Reset},
                                                   {"UND_ERR_SOCKET", NoAnswer::ClosedEarly},
                                                   {"ECONNREFUSED", NoAnswer::Refused},
                                                   {"ENOTFOUND", NoAnswer::Refused},
                                                   {"UND_ERR_CONNECT_TIMEOUT", NoAnswer::ConnectTimeout},
                                                   {"UND_ERR_HEADERS_TIMEOUT", NoAnswer::Timeout}};
  const auto found = reasons.find(code);
  return found == reasons.end() ? std::nullopt : std::optional(found->second);
}

/// Where our rules decide otherwise on purpose: the reason, else "".
std::string differs(const Json& row) {
  const std::string method = row["method"];
  const bool is_post = method == "POST" || method == "PATCH";
  const int status = row.value("status", 0);
  const std::string code = row.value("code", "");
  const std::string after = row.value("retry_after", "");
  if (!is_post && (status == 408 || status == 425)) return "408 and 425 are repeated where that is safe";
  if (is_post && status == 429) return "a throttled request was not applied, so a POST is repeated as well";
  if (is_post && (code == "ECONNREFUSED" || code == "ENOTFOUND"))
    return "nothing was sent, so a POST is repeated as well";
  if (code == "UND_ERR_CONNECT_TIMEOUT") return "nothing was sent";
  if (!after.empty() && row.value("delay_ms", 0) > 1000)
    return "a hint may lengthen our wait by 5 s, not to 30 s";
  return {};
}

TEST(HttpRetryVectors, DecideAsRecordedWhereTheRulesAgree) {
  constexpr RetryRules kRules{.attempts_max = 6,
                              .base = 500ms,
                              .throttled_base = 500ms,
                              .wait_max = 30s,
                              .jitter = core::Jitter::None};
  const Retry retry(kRules);
  const kernel::WallTime epoch{1'700'000'000s};
  int agreed = 0;
  std::map<std::string, int> differing;
  for (const Json& trace : traces_of("http-retry-decision.json")) {
    for (const Json& row : trace["expect"]["rows"]) {
      SCOPED_TRACE(row.dump());
      if (const std::string why = differs(row); !why.empty()) {
        ++differing[why];
        continue;
      }
      CallResult result{.status = row.value("status", 0)};
      if (row.contains("code")) result.no_answer = reason_of(row["code"]);
      if (row.contains("retry_after"))
        result.retry_after = core::parse_retry_after(row["retry_after"].get<std::string>(), epoch);
      const std::string method = row["method"];
      const auto got = retry.after(result, {.number = row["counter"], .method = method, .left = 24h});
      EXPECT_EQ(got.wait.has_value(), row["retry"].get<bool>());
      if (got.wait && row.contains("delay_ms")) EXPECT_EQ(*got.wait, millis(row["delay_ms"]));
      ++agreed;
    }
  }
  for (const auto& [why, rows] : differing) std::printf("%d rows differ: %s\n", rows, why.c_str());
  std::printf("http-retry-decision.json: %d rows agree\n", agreed);
  if (are_ours()) EXPECT_EQ(agreed, 61);
}

// --- formulas
// -----------------------------------------------------------------------------------------------------

TEST(BackoffVectors, FullAndEqualJitterAreTheRecordedFormulas) {
  int compared = 0;
  for (const Json& trace : traces_of("backoff-formula.json")) {
    const Json& settings = trace["settings"];
    const std::string formula = settings["formula"];
    const bool full = formula.starts_with("floor(u * min(cap");
    const bool equal = formula.starts_with("floor((d + u * d) / 2)");
    if (!full && !equal) continue;
    SCOPED_TRACE(trace["id"].get<std::string>());
    const Retry retry({.attempts_max = 100,
                       .base = millis(settings["base_ms"]),
                       .wait_max = millis(settings["cap_ms"]),
                       .jitter = full ? core::Jitter::Full : core::Jitter::Equal});
    const Json& uniforms = trace["uniforms"];
    for (std::size_t i = 0; i < uniforms.size(); ++i) {
      const auto got = retry.after({.status = 500}, {.number = static_cast<int>(i) + 1,
                                                     .method = "GET",
                                                     .left = 24h,
                                                     .luck = uniforms[i].get<double>()});
      ASSERT_TRUE(got.wait);
      EXPECT_EQ(std::chrono::floor<std::chrono::milliseconds>(*got.wait),
                millis(trace["expect"]["delays_ms"][i]));
      ++compared;
    }
  }
  if (are_ours()) EXPECT_EQ(compared, 16);
}

}  // namespace
}  // namespace core_tests
