// The laws of rates, the limiter and the bulkhead against recorded ones.
#include <cmath>
#include <map>
#include <optional>
#include <string>

#include "middleware/core/bulkhead.h"
#include "middleware/core/rate_limiter.h"
#include "tests/middleware/core/vectors.h"
#include "tests/middleware/core/waiting_jobs.h"

namespace core_tests {
namespace {

using core::FixedWindow;
using core::FixedWindowRules;
using core::TokenBucket;
using core::TokenBucketRules;
using kernel::Duration;
using kernel::Timestamp;
using namespace std::chrono_literals;

// --- mode try: taken or not, at once ---------------------------------------------------------------------

TokenBucketRules bucket_rules(const Json& settings) {
  return {.tokens = settings["refill"]["tokens"],
          .per = millis(settings["refill"]["per_ms"]),
          .capacity = settings["capacity"],
          .initial = settings["initial"].get<std::int64_t>()};
}

FixedWindowRules window_rules(const Json& settings) {
  return {.limit = settings["limit"],
          .window = millis(settings["window_ms"]),
          .counts_refused = settings.value("rejected_count", false),
          .block = std::chrono::milliseconds{settings.value("block_ms", 0)}};
}

template <class Law>
bool try_take(Law& law, Timestamp now, std::int64_t cost) {
  if (law.earliest(now, cost) != now) {
    law.refuse(now, cost);
    return false;
  }
  law.take(now, now, cost);
  return true;
}

/// The recorded one says whole milliseconds, rounded up in floating point, which now and then gives one more.
void expect_wait(const Json& expect, Duration wait) {
  if (!expect.contains("wait_ms")) return;
  const auto ours = std::chrono::ceil<std::chrono::milliseconds>(wait);
  const auto its = millis(expect["wait_ms"]);
  EXPECT_TRUE(its == ours || (ours == wait && its == ours + 1ms)) << ours << " and recorded " << its;
}

void check_token_bucket(const Json& trace) {
  const Json& settings = trace["settings"];
  TokenBucket bucket(bucket_rules(settings));
  std::optional<FixedWindow> interval;
  if (settings.contains("interval_cap") && settings["interval_cap"].is_object()) {
    interval.emplace(FixedWindowRules{.limit = settings["interval_cap"]["limit"],
                                      .window = millis(settings["interval_cap"]["interval_ms"])});
  }
  for (std::size_t i = 0; i < trace["requests"].size(); ++i) {
    const Json& request = trace["requests"][i];
    const Json& expect = trace["expect"]["requests"][i];
    SCOPED_TRACE(request["id"]);
    const Timestamp now = kernel::at(millis(request["at"]));
    const std::int64_t cost = request.value("cost", 1);
    const bool fits = !interval || interval->earliest(now, cost) == now;
    const bool permitted = fits && try_take(bucket, now, cost);
    if (interval && permitted) interval->take(now, now, cost);
    if (interval && !permitted) interval->refuse(now, cost);
    EXPECT_EQ(permitted ? "permitted" : "rejected", expect["decision"].get<std::string>());
    if (expect.contains("tokens_after"))
      EXPECT_NEAR(bucket.tokens(now), expect["tokens_after"].get<double>(), 1e-6);
    if (!permitted && bucket.earliest(now, cost)) expect_wait(expect, *bucket.earliest(now, cost) - now);
  }
}

/// What a server of that kind tells its client, as our client reads it.
void expect_headers(const Json& expect, const FixedWindow& window, Timestamp now) {
  if (!expect.contains("headers")) return;
  kernel::Headers headers;
  for (const auto& [name, value] : expect["headers"].items()) headers.add(name, value.get<std::string>());
  const auto left = std::chrono::ceil<std::chrono::seconds>(window.end() - now);
  EXPECT_EQ(core::rate_limit_of(headers, {}), (core::RateLimitHint{window.remaining(now), left}));
  if (headers.has("Retry-After")) EXPECT_EQ(core::retry_after_of(headers, {}), left);
  EXPECT_EQ(expect["status"] == 429, expect["decision"] == "rejected");
}

void check_fixed_window(const Json& trace) {
  const Json& settings = trace["settings"];
  std::optional<FixedWindowRules> burst;
  if (settings.contains("burst")) burst = window_rules(settings["burst"]);
  std::map<std::string, FixedWindow> windows;
  std::map<std::string, FixedWindow> bursts;
  for (std::size_t i = 0; i < trace["requests"].size(); ++i) {
    const Json& request = trace["requests"][i];
    const Json& expect = trace["expect"]["requests"][i];
    SCOPED_TRACE(request["id"]);
    const Timestamp now = kernel::at(millis(request["at"]));
    const std::int64_t cost = request.value("cost", 1);
    const std::string key = request.value("key", "");
    FixedWindow& window = windows.try_emplace(key, window_rules(settings)).first->second;
    bool permitted = try_take(window, now, cost);
    if (!permitted && burst) permitted = try_take(bursts.try_emplace(key, *burst).first->second, now, cost);
    EXPECT_EQ(permitted ? "permitted" : "rejected", expect["decision"].get<std::string>());
    if (!burst && expect.contains("remaining"))
      EXPECT_EQ(window.remaining(now), expect["remaining"].get<std::int64_t>());
    if (!burst && expect.contains("ms_before_next"))
      EXPECT_EQ((window.end() - now) / 1ms, expect["ms_before_next"].get<std::int64_t>());
    expect_headers(expect, window, now);
    if (settings.value("forget_failed", false) && request.value("response_status", 200) >= 400)
      window.give_back(now, cost);
  }
}

void check_sliding_log(const Json& trace) {
  const Json& settings = trace["settings"];
  core::SlidingLog log({.limit = settings["limit"], .window = millis(settings["window_ms"])});
  for (std::size_t i = 0; i < trace["requests"].size(); ++i) {
    const Json& request = trace["requests"][i];
    const Json& expect = trace["expect"]["requests"][i];
    SCOPED_TRACE(request["id"]);
    const Timestamp now = kernel::at(millis(request["at"]));
    const std::int64_t cost = request.value("cost", 1);
    const auto earliest = log.earliest(now, cost);
    // The recorded one says when the oldest is as old as the window; it has to be older.
    if (expect.contains("wait_ms"))
      EXPECT_EQ((*earliest - now - 1ns) / 1ms, expect["wait_ms"].get<std::int64_t>());
    EXPECT_EQ(try_take(log, now, cost) ? "permitted" : "rejected", expect["decision"].get<std::string>());
  }
}

void check_cycles(const Json& trace) {
  const Json& settings = trace["settings"];
  core::RateLimiter limiter(
      {.limits = {core::CycleRules{.limit = settings["limit"], .cycle = millis(settings["cycle_ms"])}},
       .wait_max = millis(settings["timeout_ms"])});
  for (std::size_t i = 0; i < trace["requests"].size(); ++i) {
    const Json& request = trace["requests"][i];
    const Json& expect = trace["expect"]["requests"][i];
    SCOPED_TRACE(request["id"]);
    const auto got = limiter.reserve(kernel::at(millis(request["at"])), 24h, request.value("cost", 1));
    EXPECT_EQ(got ? "permitted" : "rejected", expect["decision"].get<std::string>());
    if (expect.contains("start_at"))
      EXPECT_EQ(got ? Json(in_millis(got->start)) : Json(nullptr), expect["start_at"]);
  }
}

// --- mode wait: jobs -------------------------------------------------------------------------------------

WaitingJobs::Rules job_rules(const Json& settings) {
  const std::string kind = settings["kind"];
  WaitingJobs::Rules rules;
  if (kind == "token_bucket_wait") {
    TokenBucketRules bucket = bucket_rules(settings);
    bucket.unit = 1ms;
    rules.rate = core::RateRules{.limits = {bucket}, .wait_max = 24h};
  } else if (kind == "fixed_window_queue") {
    rules.rate = core::RateRules{.limits = {window_rules(settings)},
                                 .wait_max = 24h,
                                 .waiting_max = settings["queue"].get<std::int64_t>()};
    rules.refusal = "queue_full";
  } else if (kind == "spacing") {
    rules.rate = core::RateRules{.wait_max = 24h};
    if (settings["min_gap_ms"] > 0) {
      rules.rate->limits.push_back(
          TokenBucketRules{.tokens = 1, .per = millis(settings["min_gap_ms"]), .capacity = 1});
    }
    if (const Json& reservoir = settings["reservoir"]; reservoir.is_object()) {
      rules.rate->limits.push_back(core::CycleRules{.limit = reservoir["refresh_to"],
                                                    .cycle = millis(reservoir["every_ms"]),
                                                    .initial = reservoir["initial"].get<std::int64_t>()});
    }
    rules.bulkhead = core::BulkheadRules{
        .running_max = settings["max_concurrent"].is_number() ? settings["max_concurrent"].get<std::int64_t>()
                                                              : 1'000'000,
        .waiting_max = settings["queue"].is_number() ? settings["queue"].get<std::int64_t>() : 1'000'000,
        .wait_max = 24h,
        .drops_oldest = settings["queue_full"] == "drop_oldest"};
    rules.full = rules.dropped = "dropped";
  } else {
    EXPECT_EQ(kind, "bulkhead");
    rules.bulkhead = core::BulkheadRules{
        .running_max = settings["limit"],
        .waiting_max = settings["queue"],
        .wait_max = settings["max_wait_ms"].is_number() ? millis(settings["max_wait_ms"]) : Duration{24h}};
  }
  return rules;
}

void check_jobs(const Json& trace) {
  const WaitingJobs jobs(job_rules(trace["settings"]), trace["jobs"]);
  for (std::size_t i = 0; i < trace["jobs"].size(); ++i) {
    EXPECT_EQ(sorted_text(jobs.result(i)), sorted_text(trace["expect"]["jobs"][i]));
  }
}

void check_limiter(const Json& trace) {
  ASSERT_TRUE(trace.contains("settings")) << trace;
  const std::string kind = trace["settings"]["kind"];
  if (trace["mode"] == "wait") return check_jobs(trace);
  if (kind == "token_bucket") return check_token_bucket(trace);
  if (kind == "fixed_window" || kind == "fixed_window_with_burst") return check_fixed_window(trace);
  if (kind == "sliding_log") return check_sliding_log(trace);
  if (kind == "cycle_reservation") return check_cycles(trace);
  FAIL() << "a kind of limiter that we do not know: " << kind;
}

constexpr const char* kFiles[] = {"limiter.json", "bulkhead.json"};
class LimiterVectors : public VectorTest {};
TEST_P(LimiterVectors, IsDecidedAsRecorded) { check_limiter(*GetParam()); }
VECTORS_OF(LimiterVectors, check_limiter, kFiles)

}  // namespace
}  // namespace core_tests
