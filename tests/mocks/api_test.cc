#include "mocks/api.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/kernel/task_scope.h"
#include "tests/emulator/boxes/box_support.h"

namespace mocks {
namespace {

using emulator::Bench;
using emulator::Lines;
using kernel::Duration;
using kernel::Ending;
using kernel::HttpReply;
using kernel::HttpRequest;
using namespace std::chrono_literals;

kernel::JsonTemplate body(std::string_view json) {
  return *kernel::JsonTemplate::compile(*kernel::parse_json(json));
}

/// Charges and refunds, each after 40 ms.
ApiSpec payments() {
  return {
      .name = "payments",
      .latency = {.first = 40ms},
      .operations = {{.path = "/v1/charges",
                      .effect = "charge",
                      .business_key = "/reference",
                      .required = {"/reference"},
                      .status = 201,
                      .body = body(R"({"id":"${mock/id}","reference":"${/reference}","at":"${mock/now}"})")},
                     {.method = "GET", .path = "/v1/charges/{id}", .body = body(R"({"status":"ok"})")},
                     {.path = "/v1/charges/{id}/refunds",
                      .effect = "refund",
                      .business_key = "/reference",
                      .idempotent = false,
                      .status = 202}}};
}

struct MockBench : Bench {
  FaultSet faults{7, journal};
  MockApi api;
  kernel::TaskScope callers;
  std::vector<HttpReply> replies;
  Lines answers;  ///< "40ms 201"

  explicit MockBench(ApiSpec spec = payments()) : api(std::move(spec), 7, scheduler, journal, faults) {}

  kernel::Task<void> call_one(HttpRequest request) {
    replies.push_back(co_await api.handle(std::move(request)));
    answers.push_back(kernel::duration_text(scheduler.now().time_since_epoch()) + " " +
                      std::to_string(replies.back().response.status));
  }
  void start(HttpRequest request) { callers.spawn(call_one(std::move(request))); }
  /// And waits for the answer.
  const HttpReply& call(HttpRequest request) {
    const std::size_t before = replies.size();
    start(std::move(request));
    while (replies.size() == before && scheduler.step()) {
    }
    return replies.back();
  }
  void fault(FaultRule rule) {
    rule.name = rule.name.empty() ? "fault" : rule.name;
    rule.target = "payments";
    faults.add(std::move(rule));
  }
};

HttpRequest request(std::string method, std::string target, std::string body = "", std::string key = "") {
  HttpRequest made{
      .method = std::move(method), .host = "payments", .target = std::move(target), .body = std::move(body)};
  if (!key.empty()) made.headers.add("idempotency-key", std::move(key));
  return made;
}
HttpRequest charge(std::string key = "", std::string reference = "SO-1") {
  return request("POST", "/v1/charges", R"({"reference":")" + reference + R"("})", std::move(key));
}

// The second request of a key is busy; what was forgotten has no second one.
TEST(MockApi, CountsTheRequestsOfABusinessKeyForTheWindowAndAnHourAtLeast) {
  struct Case {
    Duration window;
    Duration silence;  ///< behind the first request
    int second;        ///< status of the second
  };
  for (const Case& c :
       {Case{30min, 59min, 503}, Case{30min, 2h, 201}, Case{24h, 23h, 503}, Case{24h, 48h, 201}}) {
    SCOPED_TRACE(kernel::duration_text(c.window) + ", " + kernel::duration_text(c.silence));
    ApiSpec spec = payments();
    spec.idempotency_window = c.window;
    MockBench bench(std::move(spec));
    bench.fault({.attempt_min = 2, .effect = {.status = 503}});
    EXPECT_EQ(bench.call(charge()).response.status, 201);
    bench.scheduler.run_until(kernel::at(c.silence));
    EXPECT_EQ(bench.call(charge()).response.status, c.second);
  }
}

TEST(MockApi, MatchesMethodAndPath) {
  struct Case {
    const char* method;
    const char* target;
    const char* body;
    int status;
  };
  const Case cases[] = {{"POST", "/v1/charges", R"({"reference":"SO-1"})", 201},
                        {"POST", "/v1/charges?expand=x", R"({"reference":"SO-1"})", 201},
                        {"GET", "/v1/charges/ch_1", "", 200},
                        {"GET", "/v1/charges/ch_1?x=/a/b", "", 200},
                        {"POST", "/v1/charges/ch_1/refunds", R"({"reference":"SO-1"})", 202},
                        {"POST", "/v1/charges/a/b/refunds", "{}", 404},
                        {"GET", "/v1/charges/", "", 404},
                        {"GET", "/v1/charges", "", 404},
                        {"PUT", "/v1/charges", "{}", 404},
                        {"POST", "/v1/charges/", "{}", 404},
                        {"POST", "/v1/chargesX", "{}", 404},
                        {"POST", "/v1", "{}", 404},
                        {"POST", "/v2/charges", "{}", 404},
                        {"POST", "/v1/charges", "", 400},
                        {"POST", "/v1/charges", "{nope", 400},
                        {"POST", "/v1/charges", "{}", 400},
                        {"POST", "/v1/charges", R"({"reference":null})", 400}};
  for (const Case& c : cases) {
    MockBench bench;
    EXPECT_EQ(bench.call(request(c.method, c.target, c.body)).response.status, c.status)
        << c.method << " " << c.target << " " << c.body;
    EXPECT_EQ(bench.journal.effects.empty(), c.status != 201 && c.status != 202);
  }
}

TEST(MockApi, SaysWhatIsWrong) {
  MockBench bench;
  EXPECT_EQ(bench.call(request("GET", "/x?y=1")).response.body,
            R"({"error":{"code":"no_such_operation","message":"nothing here answers GET /x"}})");
  EXPECT_EQ(bench.call(request("POST", "/v1/charges", "{}")).response.body,
            R"({"error":{"code":"missing_field","message":"/reference is required"}})");
  EXPECT_EQ(bench.call(request("POST", "/v1/charges", "{")).response.body,
            R"({"error":{"code":"not_json","message":"not JSON: line 1, column 2"}})");
}

TEST(MockApi, AnswersFromItsTemplateAfterItsLatency) {
  MockBench bench;
  const auto reply = bench.call(charge());
  EXPECT_EQ(bench.answers, Lines{"40ms 201"});
  EXPECT_EQ(reply.response.headers.get("content-type"), "application/json");
  const auto json = *kernel::parse_json(reply.response.body);
  EXPECT_EQ(json["reference"], "SO-1");
  EXPECT_EQ(json["at"], "2026-01-05T09:00:00.000Z");
  EXPECT_TRUE(json["id"].get<std::string>().starts_with("pay_"));
  EXPECT_EQ(bench.journal.effects, Lines{"payments charge SO-1"});
}

TEST(MockApi, GivesEveryRequestAnIdOfItsOwn) {
  ApiSpec spec = payments();
  spec.operations[2].body = body(R"({"id":"${mock/id}"})");
  MockBench bench(spec);
  const auto id_of = [](const HttpReply& reply) {
    return kernel::parse_json(reply.response.body)->at("id").get<std::string>();
  };
  const std::string first = id_of(bench.call(charge()));
  const std::string second = id_of(bench.call(charge()));
  const std::string refund =
      id_of(bench.call(request("POST", "/v1/charges/x/refunds", R"({"reference":"SO-1"})")));
  EXPECT_NE(first, second);
  EXPECT_NE(first, refund) << "two operations of one business key";
  EXPECT_NE(second, refund);
}

TEST(MockApi, CountsRequestsOfABusinessKeyNotOfTheRun) {
  const auto answer_of_last = [](bool with_others) {
    ApiSpec spec = payments();
    spec.latency = {.kind = LatencyKind::Lognormal, .first = 40ms, .shape = 0.5};
    MockBench bench(spec);
    if (with_others) {
      bench.call(charge("", "SO-2"));
      bench.call(charge("", "SO-3"));
    }
    const Duration start = bench.scheduler.now().time_since_epoch();
    bench.call(charge("", "SO-1"));
    return bench.scheduler.now().time_since_epoch() - start;
  };
  EXPECT_EQ(answer_of_last(true), answer_of_last(false));
}

// facts/mocks-and-faults 13, Stripe v1.
TEST(MockApi, RepeatsTheFirstAnswerForAKnownKey) {
  MockBench bench;
  const HttpReply first = bench.call(charge("key-1"));
  EXPECT_FALSE(first.response.headers.has("Idempotent-Replayed"));
  const HttpReply again = bench.call(charge("key-1"));
  EXPECT_EQ(again.response.status, 201);
  EXPECT_EQ(again.response.body, first.response.body);
  EXPECT_EQ(again.response.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(bench.journal.effects.size(), 1u);
  bench.call(charge("key-2"));
  EXPECT_EQ(bench.journal.effects.size(), 2u) << "another key is another charge";
  bench.call(charge());
  EXPECT_EQ(bench.journal.effects.size(), 3u) << "so is none";
}

TEST(MockApi, RefusesAKeyUsedForAnotherRequest) {
  MockBench bench;
  bench.call(charge("key-1"));
  const HttpReply other = bench.call(charge("key-1", "SO-2"));
  EXPECT_EQ(other.response.status, 400);
  EXPECT_EQ(other.response.body,
            R"({"error":{"code":"idempotency_error","message":"the key was used with another request"}})");
  EXPECT_EQ(bench.journal.effects.size(), 1u);
}

TEST(MockApi, AnswersInUseWhileTheFirstRequestRuns) {
  MockBench bench;
  bench.start(charge("key-1"));
  bench.run_to(10ms);
  bench.start(charge("key-1"));
  bench.run_to(1s);
  EXPECT_EQ(bench.answers, (Lines{"40ms 201", "50ms 409"}));
  EXPECT_EQ(bench.call(charge("key-1")).response.status, 201) << "the refusal was not remembered";
  EXPECT_EQ(bench.journal.effects.size(), 1u);
}

TEST(MockApi, ForgetsAKeyAfterItsWindow) {
  MockBench bench;
  bench.call(charge("key-1"));
  bench.run_to(24h - 1ns);
  EXPECT_TRUE(bench.call(charge("key-1")).response.headers.has("Idempotent-Replayed"));
  bench.run_to(24h + 1s);
  EXPECT_FALSE(bench.call(charge("key-1")).response.headers.has("Idempotent-Replayed"));
  EXPECT_EQ(bench.journal.effects.size(), 2u);
}

TEST(MockApi, RemembersNothingThatItDidNotExecute) {
  MockBench bench;
  EXPECT_EQ(bench.call(request("POST", "/v1/charges", "{}", "key-1")).response.status, 400);
  EXPECT_EQ(bench.call(charge("key-1")).response.status, 201)
      << "a request refused by validation used no key up";
}

TEST(MockApi, IgnoresKeysWhereAnOperationHasNone) {
  MockBench bench;
  for (int i = 0; i < 2; ++i)
    bench.call(request("POST", "/v1/charges/x/refunds", R"({"reference":"SO-1"})", "key-1"));
  EXPECT_EQ(bench.journal.effects, (Lines{"payments refund SO-1", "payments refund SO-1"}));
  bench.call(request("GET", "/v1/charges/a", "", "key-2"));
  EXPECT_EQ(bench.call(request("GET", "/v1/charges/b", "", "key-2")).response.status, 200)
      << "reading ignores keys";
}

TEST(MockApi, DoesNothingWhenAFaultComesBeforeTheEffect) {
  MockBench bench;
  bench.fault({.times = 1, .effect = {.status = 503, .retry_after = 4200ms}});
  const HttpReply refused = bench.call(charge("key-1"));
  EXPECT_EQ(refused.response.status, 503);
  EXPECT_EQ(refused.response.headers.get("Retry-After"), "5") << "whole seconds, rounded up";
  EXPECT_EQ(bench.journal.effects, Lines{});
  const HttpReply done = bench.call(charge("key-1"));
  EXPECT_EQ(done.response.status, 201);
  EXPECT_FALSE(done.response.headers.has("Idempotent-Replayed")) << "an injected answer is not remembered";
}

TEST(MockApi, ChargesWhenAFaultComesAfterTheEffectAndAnswersTheRetryFromMemory) {
  MockBench bench;
  bench.fault({.times = 1, .place = Place::After, .effect = {.ending = Ending::Reset}});
  EXPECT_EQ(bench.call(charge("key-1")).ending, Ending::Reset);
  EXPECT_EQ(bench.journal.effects.size(), 1u);
  const HttpReply again = bench.call(charge("key-1"));
  EXPECT_EQ(again.ending, Ending::Complete);
  EXPECT_EQ(again.response.status, 201);
  EXPECT_EQ(again.response.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(bench.journal.effects.size(), 1u);
}

TEST(MockApi, ChargesTwiceWhenTheRetryBringsNoKey) {
  MockBench bench;
  bench.fault({.times = 1, .place = Place::After, .effect = {.status = 500}});
  EXPECT_EQ(bench.call(charge()).response.status, 500);
  EXPECT_EQ(bench.call(charge()).response.status, 201);
  EXPECT_EQ(bench.journal.effects, (Lines{"payments charge SO-1", "payments charge SO-1"}));
}

TEST(MockApi, EndsTheConnectionAsTheFaultSays) {
  for (const Ending ending :
       {Ending::Reset, Ending::Empty, Ending::Garbage, Ending::Truncated, Ending::Hang}) {
    MockBench bench;
    bench.fault({.effect = {.ending = ending}});
    EXPECT_EQ(bench.call(charge()).ending, ending);
    EXPECT_EQ(bench.journal.effects, Lines{});
  }
}

TEST(MockApi, CutsTheTrueAnswerAfterTheEffect) {
  MockBench bench;
  bench.fault({.place = Place::After, .effect = {.ending = Ending::Truncated}});
  const HttpReply cut = bench.call(charge());
  EXPECT_EQ(cut.ending, Ending::Truncated);
  EXPECT_EQ(cut.response.status, 201);
  EXPECT_EQ(kernel::parse_json(cut.response.body)->at("reference"), "SO-1");
  EXPECT_EQ(bench.journal.effects.size(), 1u);
}

TEST(MockApi, AddsAFaultsDelayToItsOwnLatency) {
  MockBench bench;
  bench.fault({.name = "slow", .effect = {.delay = LatencyLaw{.first = 2s}}});
  bench.fault({.name = "slower", .times = 1, .effect = {.status = 500, .delay = LatencyLaw{.first = 1s}}});
  bench.call(charge());
  bench.call(charge());
  EXPECT_EQ(bench.answers, (Lines{"3s40ms 500", "5s80ms 201"}));
}

TEST(MockApi, SendsItsAnswersAsFaultsWantThemSent) {
  MockBench bench;
  const kernel::Pace pace{.body = kernel::ShortTime(2s)};
  bench.fault({.name = "trickle", .effect = {.pace = pace, .afterwards = kernel::Afterwards::Closed}});
  bench.fault({.name = "refusal", .skip = 1, .effect = {.status = 503}});
  for (const int status : {201, 503}) {
    const HttpReply& reply = bench.call(charge());
    EXPECT_EQ(reply.response.status, status);
    EXPECT_EQ(reply.pace, pace);
    EXPECT_EQ(reply.afterwards, kernel::Afterwards::Closed);
  }
  EXPECT_EQ(bench.answers, (Lines{"40ms 201", "80ms 503"})) << "its work is done when the answer begins";
  EXPECT_EQ(bench.journal.effects.size(), 1u);
}

TEST(MockApi, TellsFaultsItsCallersEventAndKey) {
  MockBench bench;
  bench.fault({.name = "of the event",
               .count_per = CountPer::Event,
               .times = 1,
               .effect = {.delay = LatencyLaw{.first = 1s}}});
  bench.fault({.name = "of the key",
               .count_per = CountPer::BusinessKey,
               .times = 1,
               .effect = {.delay = LatencyLaw{.first = 1s}}});
  HttpRequest traced = charge();
  traced.headers.add("traceparent", kernel::traceparent(emulator::kEvent, 42));
  bench.call(std::move(traced));
  ASSERT_EQ(bench.journal.faults.size(), 2u);
  EXPECT_EQ(bench.journal.faults[0].key, emulator::kEvent);
  EXPECT_EQ(bench.journal.faults[1].key, "SO-1");
}

TEST(MockApi, HasNoBusinessKeyWhereTheOperationNamesNone) {
  ApiSpec spec{.name = "payments", .operations = {{.path = "/notes"}}};
  MockBench bench(spec);
  bench.fault({.count_per = CountPer::BusinessKey, .times = 1, .effect = {.status = 500}});
  EXPECT_EQ(bench.call(request("POST", "/notes", R"({"a":1})")).response.status, 500);
  EXPECT_EQ(bench.call(request("POST", "/notes", R"({"a":2})")).response.status, 200)
      << "different bodies are not different keys";
}

}  // namespace
}  // namespace mocks
