// Schedules and selectors of faults beyond counts and shares. Facts: mocks-and-faults 6 and 12.
#include <gtest/gtest.h>

#include "mocks/faults/damage.h"
#include "mocks/faults/faulted_reply.h"
#include "tests/emulator/boxes/box_support.h"

namespace mocks {
namespace {

using emulator::Bench;
using kernel::Duration;
using namespace std::chrono_literals;

FaultRule outage() { return {.name = "outage", .target = "payments", .effect = {.status = 503}}; }

struct FaultBench : Bench {
  FaultSet faults{7, journal};
  bool fires(FaultSubject subject = {.target = "payments", .path = "/v1/charges"}, Duration at = 0s) {
    return faults.decide(subject, kernel::at(at)).before != nullptr;
  }
  /// One request a second: "x..x".
  std::string pattern(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fires({.target = "payments", .path = "/"}, i * 1s) ? 'x' : '.';
    return text;
  }
};

TEST(FaultSelector, NarrowsToSomeRequests) {
  kernel::Headers headers{{"X-Tenant", "a"}};
  const FaultSubject request{.target = "payments",
                             .path = "/v1/charges",
                             .business_key = "SO-1",
                             .method = "POST",
                             .stub = "charge",
                             .attempt = 2,
                             .headers = &headers};
  struct Case {
    const char* name;
    void (*narrow)(FaultRule&);
    bool fires;
  };
  const Case cases[] = {{"method", [](FaultRule& r) { r.method = "POST"; }, true},
                        {"other method", [](FaultRule& r) { r.method = "GET"; }, false},
                        {"header", [](FaultRule& r) { r.header = {"x-tenant", "a"}; }, true},
                        {"any value", [](FaultRule& r) { r.header = {"x-tenant", ""}; }, true},
                        {"other value", [](FaultRule& r) { r.header = {"x-tenant", "b"}; }, false},
                        {"no such header", [](FaultRule& r) { r.header = {"x-other", ""}; }, false},
                        {"stub", [](FaultRule& r) { r.stub = "charge"; }, true},
                        {"other stub", [](FaultRule& r) { r.stub = "refund"; }, false},
                        {"key", [](FaultRule& r) { r.key = "SO-1"; }, true},
                        {"other key", [](FaultRule& r) { r.key = "SO-2"; }, false},
                        {"first attempt", [](FaultRule& r) { r.attempt_max = 1; }, false},
                        {"from the second", [](FaultRule& r) { r.attempt_min = 2; }, true}};
  for (const Case& c : cases) {
    FaultBench bench;
    FaultRule rule = outage();
    c.narrow(rule);
    bench.faults.add(rule);
    EXPECT_EQ(bench.fires(request), c.fires) << c.name;
  }
}

TEST(FaultSchedule, FlapsFromItsStart) {
  FaultBench bench;
  FaultRule rule = outage();
  rule.from = kernel::at(1s);
  rule.flap = Flap{.down = 2s, .up = 3s, .offset = 1s};
  bench.faults.add(rule);
  EXPECT_EQ(bench.pattern(14), "..xx...xx...xx");
}

TEST(FaultSchedule, RampsItsShare) {
  const Ramp linear{.from = 0.1, .to = 0.5, .over = 4s};
  EXPECT_EQ(linear.share_at(0s), 0.1);
  EXPECT_DOUBLE_EQ(linear.share_at(1s), 0.2);
  EXPECT_EQ(linear.share_at(4s), 0.5);
  EXPECT_EQ(linear.share_at(1h), 0.5);
  const Ramp exponential{.from = 0.01, .to = 1, .over = 2s, .is_exponential = true};
  EXPECT_DOUBLE_EQ(exponential.share_at(1s), 0.1);

  FaultBench bench;
  FaultRule rule = outage();
  rule.ramp = Ramp{.from = 0, .to = 1, .over = 10s};
  bench.faults.add(rule);
  const std::string text = bench.pattern(14);
  EXPECT_EQ(text.front(), '.');
  EXPECT_EQ(text.substr(10), "xxxx");
}

TEST(FaultSchedule, ComesInBursts) {
  FaultBench bench;
  FaultRule rule = outage();
  rule.burst = Burst{.begins = 0.02, .ends = 0.25};
  bench.faults.add(rule);
  const std::string text = bench.pattern(20'000);
  const auto fired = static_cast<double>(std::ranges::count(text, 'x'));
  std::size_t bursts = 0;
  for (std::size_t i = 1; i < text.size(); ++i) bursts += text[i - 1] == '.' && text[i] == 'x' ? 1 : 0;
  // Stationary share begins / (begins + ends), mean length 1 / ends; of this seed.
  EXPECT_NEAR(fired / 20'000, 0.02 / 0.27, 0.01);
  EXPECT_NEAR(fired / static_cast<double>(bursts), 4, 0.5);
}

TEST(FaultSchedule, FiresSoOftenInAll) {
  FaultBench bench;
  FaultRule rule = outage();
  rule.total_max = 2;
  rule.every = 2;
  bench.faults.add(rule);
  EXPECT_EQ(bench.pattern(8), ".x.x....");
}

TEST(FaultSchedule, IsReplayedWithoutLuck) {
  FaultBench first;
  FaultRule rule = outage();
  rule.share = 0.3;
  first.faults.add(rule);
  const std::string drawn = first.pattern(30);
  std::vector<Fired> schedule;
  for (const auto& fault : first.journal.faults) {
    if (fault.fired) schedule.push_back({.key = fault.key, .n = fault.n});
  }
  FaultBench again;
  rule.share = 1;
  rule.fires = schedule;
  again.faults.add(rule);
  EXPECT_EQ(again.pattern(30), drawn);
  EXPECT_NE(drawn.find('x'), std::string::npos);
}

TEST(FaultEffect, SaysWhenToComeAgain) {
  const kernel::WallTime nine = *kernel::parse_wall_time("2026-01-05T09:00:00Z");
  FaultRule rule = outage();
  rule.effect.retry_after = 1500ms;
  EXPECT_EQ(faulted_reply(rule, nine).response.headers.get("Retry-After"), "2");
  rule.effect.retry_after = 90s;
  rule.effect.retry_after_is_date = true;
  EXPECT_EQ(faulted_reply(rule, nine).response.headers.get("Retry-After"), "Mon, 05 Jan 2026 09:01:30 GMT");
  rule.effect.headers = {{"Retry-After", "-1"}, {"Location", "/elsewhere"}};
  const kernel::HttpReply reply = faulted_reply(rule, nine);
  EXPECT_EQ(reply.response.headers.get("Retry-After"), "-1");
  EXPECT_EQ(reply.response.headers.get("Location"), "/elsewhere");
  EXPECT_EQ(reply.response.body, R"({"error":{"code":"injected","message":"fault outage"}})");
}

TEST(FaultEffect, DamagesAnswers) {
  struct Case {
    Damage damage;
    const char* body;
    const char* type;
  };
  const Case cases[] = {{Damage::CutJson, R"({"a":1)", "application/json"},
                        {Damage::TrailingComma, R"({"a":1,"b":2,})", "application/json"},
                        {Damage::Bom, "\xEF\xBB\xBF{\"a\":1,\"b\":2}", "application/json"},
                        {Damage::Nan, R"({"value":NaN})", "application/json"},
                        {Damage::DuplicateKey, R"({"a":null,"a":1,"b":2})", "application/json"},
                        {Damage::InvalidUtf8, "{\"a\":1,\"b\":2\xFF}", "application/json"},
                        {Damage::Concatenated, R"({"a":1,"b":2}{"a":1,"b":2})", "application/json"},
                        {Damage::EmptyBody, "", "application/json"},
                        {Damage::WrongType, R"({"a":1,"b":2})", "text/plain"}};
  for (const Case& c : cases) {
    const auto made = damaged(c.damage, {200, {{"Content-Type", "application/json"}}, R"({"a":1,"b":2})"});
    EXPECT_EQ(made.body, c.body);
    EXPECT_EQ(made.headers.get("Content-Type"), c.type);
    EXPECT_EQ(made.status, 200);
  }
}

}  // namespace
}  // namespace mocks
