#include "middleware/core/retry.h"

#include <gtest/gtest.h>

#include <ostream>

#include "middleware/core/retry_budget.h"
#include "middleware/core/server_hints.h"

namespace core {

void PrintTo(FailureClass value, std::ostream* out) { *out << to_text(value); }
void PrintTo(GiveUp value, std::ostream* out) { *out << to_text(value); }

namespace {

using kernel::Duration;
using kernel::NoAnswer;
using namespace std::chrono_literals;

constexpr CallResult status(int code) { return {.status = code}; }
constexpr CallResult status_later(int code, Duration after) { return {.status = code, .retry_after = after}; }
constexpr CallResult no_answer(NoAnswer reason) { return {.no_answer = reason}; }

TEST(FailureClass, FollowsTheStatus) {
  struct Case {
    FailureClass failure;
    std::vector<int> statuses;
  };
  const Case cases[] = {
      {FailureClass::None, {100, 200, 201, 204, 301, 304, 399}},
      {FailureClass::Transient, {408, 425, 500, 502, 503, 504, 507, 599}},
      {FailureClass::Throttled, {429}},
      {FailureClass::Permanent, {400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 451, 501, 505}},
  };
  for (const Case& c : cases) {
    for (const int code : c.statuses) {
      SCOPED_TRACE(code);
      EXPECT_EQ(failure_class(status(code)), c.failure);
    }
  }
  EXPECT_EQ(failure_class(status_later(503, 1s)), FailureClass::Throttled);
  EXPECT_EQ(failure_class(status_later(503, 0s)), FailureClass::Throttled);
  EXPECT_EQ(failure_class(status_later(500, 1s)), FailureClass::Transient);
}

TEST(FailureClass, CallsEveryMissingAnswerTransient) {
  for (int reason = 0; reason <= static_cast<int>(NoAnswer::Timeout); ++reason) {
    EXPECT_EQ(failure_class(no_answer(static_cast<NoAnswer>(reason))), FailureClass::Transient);
  }
}

TEST(Repeatable, OnlyWhatDoesNoHarmTwice) {
  struct Case {
    const char* name;
    CallResult result;
    const char* method;
    bool keyed;
    bool repeatable;
  };
  const Case cases[] = {
      {"nobody listened", no_answer(NoAnswer::Refused), "POST", false, true},
      {"no connection", no_answer(NoAnswer::ConnectTimeout), "PATCH", false, true},
      {"no TLS", no_answer(NoAnswer::TlsError), "POST", false, true},
      {"reset after sending", no_answer(NoAnswer::Reset), "POST", false, false},
      {"closed early", no_answer(NoAnswer::ClosedEarly), "POST", false, false},
      {"garbage", no_answer(NoAnswer::ProtocolError), "POST", false, false},
      {"half a body", no_answer(NoAnswer::BodyTruncated), "POST", false, false},
      {"timeout", no_answer(NoAnswer::Timeout), "POST", false, false},
      {"timeout with a key", no_answer(NoAnswer::Timeout), "POST", true, true},
      {"timeout of an idempotent method", no_answer(NoAnswer::Timeout), "PUT", false, true},
      {"throttled", status(429), "POST", false, true},
      {"overloaded, says when", status_later(503, 1s), "POST", false, true},
      {"overloaded, says nothing", status(503), "POST", false, false},
      {"failed", status(500), "POST", false, false},
      {"failed with a key", status(500), "PATCH", true, true},
      {"GET", status(500), "GET", false, true},
      {"HEAD", status(500), "HEAD", false, true},
      {"OPTIONS", status(500), "OPTIONS", false, true},
      {"TRACE", status(500), "TRACE", false, true},
      {"DELETE", status(500), "DELETE", false, true},
      {"CONNECT", status(500), "CONNECT", false, false},
      {"methods have a case", status(500), "get", false, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(is_repeatable(c.result, c.method, c.keyed), c.repeatable);
  }
}

TEST(RetryAfter, TakesWholeSecondsAndHttpDates) {
  const kernel::WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 3} + 10h + 15min + 30s;
  struct Case {
    const char* value;
    std::optional<Duration> wait;
  };
  const Case cases[] = {
      {"0", 0s},
      {"1", 1s},
      {"007", 7s},
      {"120", 2min},
      {"315360000", 315'360'000s},
      {"315360001", std::nullopt},
      {"99999999999999999999", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {"1.5", std::nullopt},
      {"1e3", std::nullopt},
      {"0x10", std::nullopt},
      {"", std::nullopt},
      {" 1", std::nullopt},
      {"1, 2", std::nullopt},
      {"soon", std::nullopt},
      {"Tue, 03 Mar 2026 10:15:30 GMT", 0s},
      {"Tue, 03 Mar 2026 10:15:37 GMT", 7s},
      {"Wed, 04 Mar 2026 10:15:30 GMT", 24h},
      {"Tue, 03 Mar 2026 10:15:29 GMT", 0s},
      {"Mon, 02 Mar 2015 10:15:30 GMT", 0s},
      {"Tue, 03 Mar 2026 10:15:30 UTC", std::nullopt},
      {"Tue, 03 mar 2026 10:15:37 GMT", std::nullopt},
      {"Tue, 33 Mar 2026 10:15:37 GMT", std::nullopt},
      {"Tue, 03 Mar 2026 25:15:37 GMT", std::nullopt},
      {"Tue, 03 Mar 2026 10:15:7  GMT", std::nullopt},
      {"Tue, 03 Mar 2026 10:15:nan GMT", std::nullopt},
      {"Tuesday, 03-Mar-26 10:15:37 GMT", 7s},
      {"Tuesday, 03-Mar-76 10:15:30 GMT",
       kernel::WallTime{std::chrono::sys_days{2076y / 3 / 3}} + 10h + 15min + 30s - now},
      {"Thursday, 03-Mar-77 10:15:37 GMT", 0s},  // more than 50 years ahead: of the last century
      {"Tuesday, 3-Mar-26 10:15:37 GMT", std::nullopt},
      {"Tue Mar  3 10:15:37 2026", 7s},
      {"Tue Mar 13 10:15:30 2026", 240h},
      {"Tue Mar  3 10:15:37 26", std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(parse_retry_after(c.value, now), c.wait);
  }
}

TEST(Retry, WaitsLongerEachTimeUpToItsCap) {
  struct Case {
    const char* name;
    Jitter jitter;
    double luck;
    int status;
    int number;
    Duration wait;
  };
  const Case cases[] = {
      {"first transient", Jitter::None, 0, 500, 1, 50ms},
      {"doubles", Jitter::None, 0, 500, 2, 100ms},
      {"and again", Jitter::None, 0, 500, 6, 1600ms},
      {"to the cap", Jitter::None, 0, 500, 10, 20s},
      {"for ever", Jitter::None, 0, 500, 99, 20s},
      {"first throttle", Jitter::None, 0, 429, 1, 1s},
      {"fourth throttle", Jitter::None, 0, 429, 4, 8s},
      {"full jitter may not wait at all", Jitter::Full, 0, 500, 3, 0s},
      {"full jitter, a quarter", Jitter::Full, 0.25, 500, 3, 50ms},
      {"the cap comes before the jitter", Jitter::Full, 0.5, 500, 50, 10s},
      {"equal jitter, least", Jitter::Equal, 0, 500, 2, 50ms},
      {"equal jitter, half", Jitter::Equal, 0.5, 500, 2, 75ms},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Retry retry(RetryRules{.attempts_max = 100, .jitter = c.jitter});
    const RetryDecision got =
        retry.after(status(c.status), {.number = c.number, .method = "GET", .left = 1h, .luck = c.luck});
    EXPECT_EQ(got.wait, c.wait);
  }
}

TEST(Retry, GivesUpForAReason) {
  struct Case {
    const char* name;
    CallResult result;
    Retry::Attempt attempt;
    GiveUp reason;
  };
  const Case cases[] = {
      {"refused for good", status(422), {.number = 1, .method = "GET", .left = 1h}, GiveUp::Permanent},
      {"a success that was not expected",
       status(200),
       {.number = 1, .method = "GET", .left = 1h},
       GiveUp::Permanent},
      {"no key", status(500), {.number = 1, .method = "POST", .left = 1h}, GiveUp::NotRepeatable},
      {"third attempt", status(500), {.number = 3, .method = "GET", .left = 1h}, GiveUp::Attempts},
      {"a long hint",
       status_later(429, 5s + 1ns),
       {.number = 1, .method = "GET", .left = 1h},
       GiveUp::RetryAfterTooLong},
      {"no time to wait and be useful",
       status(500),
       {.number = 1, .method = "GET", .left = 74ms, .luck = 0.5},
       GiveUp::Deadline},
      {"no time for the hint",
       status_later(429, 2s),
       {.number = 1, .method = "GET", .left = 2s},
       GiveUp::Deadline},
      {"permanent comes first", status(400), {.number = 3, .method = "POST", .left = 0s}, GiveUp::Permanent},
      {"then repeatable", status(500), {.number = 3, .method = "POST", .left = 0s}, GiveUp::NotRepeatable},
      {"then attempts", status(500), {.number = 3, .method = "GET", .left = 0s}, GiveUp::Attempts},
  };
  const Retry retry{RetryRules{}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const RetryDecision got = retry.after(c.result, c.attempt);
    EXPECT_EQ(got.wait, std::nullopt);
    EXPECT_EQ(got.reason, c.reason);
  }
}

TEST(Retry, GoesOnWhenTheTimeJustSuffices) {
  const Retry retry{RetryRules{}};
  const auto got = retry.after(status(500), {.number = 1, .method = "GET", .left = 75ms, .luck = 0.5});
  EXPECT_EQ(got.wait, 25ms);
}

TEST(Retry, LetsAHintLengthenItsWaitWithinBounds) {
  struct Case {
    const char* name;
    Duration hint;
    double luck;
    Duration wait;
  };
  const Case cases[] = {
      {"longer than our wait", 3s, 0.5, 3s},
      {"shorter: ours counts", 100ms, 0.5, 500ms},
      {"nought cannot remove the wait", 0s, 0.5, 500ms},
      {"at most the slack beyond ours", 5500ms, 0.5, 5500ms},
  };
  const Retry retry{RetryRules{}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(
        retry.after(status_later(429, c.hint), {.number = 1, .method = "POST", .left = 1h, .luck = c.luck})
            .wait,
        c.wait);
  }
}

TEST(RetryBudget, RunsDryInAnOutage) {
  RetryBudget budget;
  int granted = 0;
  while (budget.take(FailureClass::Transient)) ++granted;
  EXPECT_EQ(granted, 35);  // 500 / 14
  EXPECT_EQ(budget.tokens(), 10);
  EXPECT_TRUE(budget.take(FailureClass::Throttled)) << "a throttle is cheaper";
  EXPECT_TRUE(budget.take(FailureClass::Throttled));
  EXPECT_FALSE(budget.take(FailureClass::Throttled));
  EXPECT_EQ(budget.tokens(), 0);
}

TEST(RetryBudget, EarnsTokensBackUpToItsCapacity) {
  struct Case {
    const char* name;
    std::int64_t taken;
    std::optional<FailureClass> retried;
    std::int64_t tokens;
  };
  const Case cases[] = {
      {"success at the first try", 2, std::nullopt, 473},
      {"success after a transient failure", 2, FailureClass::Transient, 486},
      {"success after a throttle", 2, FailureClass::Throttled, 477},
      {"never more than it holds", 0, FailureClass::Transient, 500},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RetryBudget budget;
    for (std::int64_t i = 0; i < c.taken; ++i) EXPECT_TRUE(budget.take(FailureClass::Transient));
    budget.succeeded(c.retried);
    EXPECT_EQ(budget.tokens(), c.tokens);
  }
}

}  // namespace
}  // namespace core
