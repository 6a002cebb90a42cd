// Limits of an API in middleware.yaml: what they become, and what is said of mistakes.
#include <gtest/gtest.h>

#include "middleware/config/middleware_file.h"

namespace config {
namespace {

using namespace std::chrono_literals;

auto read_api(const std::string& api) {
  return read_middleware(*read_tree(
      "apis:\n  erp: {" + api + "}\nflows:\n  - {event: E__e, steps: [{name: s, api: erp, path: /}]}\n",
      "m.yaml"));
}

service::ApiConfig api(const std::string& text) { return read_api(text)->service.apis.at(0); }

TEST(LimitShapes, AreOffUntilTheFileSaysSo) {
  const auto plain = api("");
  EXPECT_TRUE(plain.rate && plain.rate->limits.empty() && plain.rate->obeys_server);
  EXPECT_FALSE(plain.concurrency);
  EXPECT_FALSE(plain.hedge);
  const auto off = api("rate: off, concurrency: off, hedge: off");
  EXPECT_FALSE(off.rate || off.concurrency || off.hedge);
}

TEST(LimitShapes, ReadEveryLaw) {
  struct Case {
    const char* limit;
    std::int64_t tokens;
    kernel::Duration per;
    std::int64_t capacity;
  };
  const Case cases[] = {{"80/s", 80, 1s, 80},        {"100/m", 100, 1min, 1},      {"1000/h", 1000, 1h, 1},
                        {"5/10s", 5, 10s, 1},        {"10/100ms", 10, 100ms, 100}, {"300/m", 300, 1min, 5},
                        {"100000/d", 100000, 24h, 1}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.limit);
    const auto bucket = std::get<core::TokenBucketRules>(
        api("rate: {limit: " + std::string(c.limit) + "}").rate->limits.at(0));
    EXPECT_EQ(bucket.tokens, c.tokens);
    EXPECT_EQ(bucket.per, c.per);
    EXPECT_EQ(bucket.capacity, c.capacity);
  }
  const auto both = api("rate: {limit: [10/s, 1000/h], law: sliding_log}").rate->limits;
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(std::get<core::SlidingLogRules>(both[1]).limit, 1000);
  EXPECT_EQ(std::get<core::SlidingLogRules>(both[1]).window, 1h);
  EXPECT_EQ(
      std::get<core::FixedWindowRules>(api("rate: {limit: 9/m, law: fixed_window}").rate->limits[0]).limit,
      9);
  EXPECT_EQ(std::get<core::CycleRules>(api("rate: {limit: 9/m, law: cycles}").rate->limits[0]).cycle, 1min);
}

TEST(LimitShapes, ReadTheRest) {
  const auto limits = api("rate: {wait_max: 3s, waiting_max: 4, obeys_server: false, pause_max: 1m}").rate;
  EXPECT_EQ(limits->wait_max, 3s);
  EXPECT_EQ(limits->waiting_max, 4);
  EXPECT_FALSE(limits->obeys_server);
  EXPECT_EQ(limits->pause_max, 1min);
  const auto bulkhead = api("concurrency: {}").concurrency;
  EXPECT_EQ(bulkhead->running_max, 25);
  EXPECT_EQ(bulkhead->waiting_max, 50);
  EXPECT_EQ(bulkhead->wait_max, 1s);
  EXPECT_EQ(api("hedge: {delay: 300ms}").hedge->extra_max, 1);
  const auto retry =
      api("retry: {on: [503, timeout], methods: [POST], waits: [1s, 2s], retry_after: cut}").retry;
  EXPECT_EQ(retry.on->statuses, std::vector<int>{503});
  EXPECT_EQ(retry.on->no_answers, std::vector<kernel::NoAnswer>{kernel::NoAnswer::Timeout});
  EXPECT_EQ(retry.waits.size(), 2U);
  EXPECT_EQ(retry.retry_after, core::RetryAfterUse::Cut);
  const auto throttle =
      std::get<core::RetryThrottle>(*api("retry_budget: {tokens: 6, success: 0.5}").retry_budget);
  EXPECT_EQ(throttle.tokens_max_milli, 6000);
  EXPECT_EQ(throttle.success_milli, 500);
}

TEST(LimitShapes, NameWhatIsWrong) {
  struct Bad {
    const char* api;
    const char* says;
  };
  const Bad rows[] = {
      {"rate: {limit: 0/s}", "calls in a time such as 80/s"},
      {"rate: {limit: 5}", "calls in a time such as 80/s"},
      {"rate: {limit: 5/2d}", "at most 100000 and 24h"},
      {"rate: {limit: 1.5/s}", "calls in a time such as 80/s"},
      {"rate: {burst: 5}", "limit"},
      {"rate: {limit: 5/s, law: cycles, burst: 5}", "only a token_bucket has a burst"},
      {"rate: {law: leaky}", "'law' wants"},
      {"concurrency: {running: 0}", "'running' wants"},
      {"hedge: {}", "hedging needs the key 'delay'"},
      {"hedge: {delay: 1s}, retry: {attempts: 2}", "cannot stand next to"},
      {"retry: {on: [200]}", "statuses from 400 to 599"},
      {"retry: {on: [never]}", "refused, connect_timeout"},
      {"retry_budget: {success: 1}", "a retry throttle needs the key 'tokens'"},
      {"retry_budget: 0", "wants a number of tokens or off"},
  };
  for (const Bad& row : rows) {
    const auto file = read_api(row.api);
    ASSERT_FALSE(file) << row.api;
    const std::string found = file.error().error().text();
    EXPECT_NE(found.find(row.says), std::string::npos) << row.api << "\n" << found;
    EXPECT_TRUE(found.starts_with("m.yaml:2:")) << found;
  }
}

}  // namespace
}  // namespace config
