#include "middleware/service/service.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "middleware/kernel/ids.h"
#include "middleware/store/memory_store.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace service {
namespace {

using kernel::at;
using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::NoAnswer;
using kernel::Timestamp;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

constexpr const char* kEvent = "2ed6657d-e927-568b-95e1-2665a8aea6a2";

kernel::TextTemplate text(std::string_view pattern) { return kernel::TextTemplate::compile(pattern).value(); }
kernel::JsonTemplate body(std::string_view pattern) {
  return kernel::JsonTemplate::compile(kernel::parse_json(pattern).value()).value();
}

/// Charges, then books what was charged.
ServiceConfig order_flow() {
  ServiceConfig config;
  for (const char* name : {"payments", "erp"}) {
    config.apis.push_back(
        {.name = name,
         .retry = {.attempts_max = 2, .jitter = core::Jitter::None},
         .breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{2}, .open_for = {5s}, .probes = 1}});
  }
  config.flows.push_back({.event = "Order_Placed__e",
                          .steps = {{.name = "charge",
                                     .api = "payments",
                                     .path = text("/charges"),
                                     .body = body(R"({"amount":"${/Amount__c}"})")},
                                    {.name = "book",
                                     .api = "erp",
                                     .method = "PUT",
                                     .path = text("/orders/${/Order__c}"),
                                     .headers = {{"X-Order", text("no ${/Order__c}")}},
                                     .body = body(R"({"charge":"${charge/id}","order":"${/Order__c}"})")}}});
  return config;
}

class ServiceTest : public testing::Test {
 protected:
  static HttpRequest event(std::string id = kEvent) {
    return {.method = "POST",
            .host = "middleware",
            .target = "/events",
            .headers = {{"ce-id", std::move(id)},
                        {"ce-type", "Order_Placed__e"},
                        {"Content-Type", "application/json"}},
            .body = R"({"Order__c":"SO-1","Amount__c":12.50})"};
  }
  HttpResponse post(HttpRequest request) { return post(service, std::move(request)); }
  HttpResponse post(Service& to, HttpRequest request) {
    return support::run(scheduler, to.handle(std::move(request))).response;
  }
  /// The (status, detail) of a problem.
  static std::string problem(const HttpResponse& response) {
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    const auto json = kernel::parse_json(response.body);
    return json ? std::to_string(response.status) + " " + (*json)["detail"].get<std::string>()
                : response.body;
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi api{scheduler};
  support::RecordedHops hops{scheduler};
  store::MemoryStore store;
  Surroundings around{.scheduler = scheduler, .client = api, .hops = hops, .instance = "instance 1"};
  Service service{order_flow(), around, store};
};

TEST_F(ServiceTest, RunsTheStepsInOrderWithTheEventsValues) {
  api.then(201, 30ms, R"({"id":"ch_1"})").then(200);
  HttpRequest request = event();
  request.headers.add("traceparent", kernel::traceparent(kEvent, 77));
  const HttpResponse response = post(std::move(request));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"done"})");
  ASSERT_EQ(api.asked.size(), 2U);
  const HttpRequest& charge = api.asked[0].request;
  EXPECT_EQ(charge.method + " " + charge.host + charge.target, "POST payments/charges");
  EXPECT_EQ(charge.body, R"({"amount":12.50})") << "as the event says it";
  EXPECT_EQ(charge.headers.get("Content-Type"), "application/json");
  const HttpRequest& book = api.asked[1].request;
  EXPECT_EQ(book.method + " " + book.host + book.target, "PUT erp/orders/SO-1");
  EXPECT_EQ(book.body, R"({"charge":"ch_1","order":"SO-1"})");
  EXPECT_EQ(book.headers.get("X-Order"), "no SO-1");
  EXPECT_EQ(hops.lines(), (Texts{"step payments charge #1 under 77 0..30 ok 201",
                                 "api payments POST /charges #1 under 1 0..30 ok 201",
                                 "step erp book #1 under 77 30..60 ok 200",
                                 "api erp PUT /orders/SO-1 #1 under 3 30..60 ok 200"}));
}

TEST_F(ServiceTest, RecognisesAnEventThatItHasDone) {
  api.then(201);
  EXPECT_EQ(post(event()).status, 200);
  const HttpResponse again = post(event());
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, R"({"status":"done","duplicate":true})");
  EXPECT_EQ(api.asked.size(), 2U) << "nothing is called for a duplicate";
}

TEST_F(ServiceTest, RefusesAnEventThatItIsWorkingOn) {
  api.then(201);
  std::optional<HttpReply> first;
  kernel::TaskScope scope;
  scope.spawn(support::keep(service.handle(event()), first));
  const HttpResponse second = post(event());
  EXPECT_EQ(problem(second), "409 the event is being worked on");
  EXPECT_EQ(second.headers.get("Retry-After"), "1");
  scheduler.run();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->response.status, 200);
  EXPECT_EQ(api.asked.size(), 2U);
}

TEST_F(ServiceTest, DoesNotRepeatStepsThatAreDone) {
  api.then(201, 30ms, R"({"id":"ch_1"})").then(500).then(500).then(200);
  const HttpResponse first = post(event());
  EXPECT_EQ(problem(first), "503 step book: status 500, gave up: attempts");
  scheduler.run_until(at(60s));
  EXPECT_EQ(post(event()).status, 200);
  ASSERT_EQ(api.asked.size(), 4U);
  EXPECT_EQ(api.asked[3].request.host, "erp");
  EXPECT_EQ(api.asked[3].request.body, R"({"charge":"ch_1","order":"SO-1"})")
      << "the journal kept what the step reads";
}

TEST_F(ServiceTest, SendsOneKeyForAStepHoweverOftenItIsTried) {
  api.then(500).then(500).then(201).then(201);
  EXPECT_EQ(post(event()).status, 503);
  scheduler.run_until(at(60s));
  EXPECT_EQ(post(event()).status, 200);
  const Texts keys = api.asked_with("Idempotency-Key");
  ASSERT_EQ(keys.size(), 4U);
  EXPECT_EQ(keys[1], keys[0]) << "over attempts";
  EXPECT_EQ(keys[2], keys[0]) << "over redeliveries";
  EXPECT_NE(keys[3], keys[0]) << "but each step has its own";
  EXPECT_EQ(keys[0], kernel::uuid5(kEvent, "charge\npayments")) << "and each instance derives the same";
  EXPECT_EQ(post(event("7d444840-9dc0-11d1-b245-5ffdce74fad2")).status, 200);
  EXPECT_NE(api.asked_with("Idempotency-Key")[4], keys[0]) << "as each event does";
}

TEST_F(ServiceTest, KeepsTheKeysOfEventsApartWhoseIdsAreNoUuids) {
  api.then(201);
  for (const char* id : {"order-a", "order-q", "order-A", "the order of a customer with a long name: 1",
                         "the order of a customer with a long name: 2"}) {
    EXPECT_EQ(post(event(id)).status, 200) << id;
  }
  const Texts keys = api.asked_with("Idempotency-Key");
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 10U);
}

TEST_F(ServiceTest, AnswersByWhatItsCallerShouldDo) {
  struct Case {
    const char* name;
    kernel::HttpResult answer;
    const char* problem;
    const char* retry_after;
  };
  const Case cases[] = {
      {"refused for good", HttpResponse{.status = 422}, "422 step charge: status 422, gave up: permanent",
       ""},
      {"not found", HttpResponse{.status = 404}, "422 step charge: status 404, gave up: permanent", ""},
      {"failing", HttpResponse{.status = 500}, "503 step charge: status 500, gave up: attempts", ""},
      {"silent", std::unexpected(NoAnswer::Reset), "503 step charge: no answer (reset), gave up: attempts",
       ""},
      {"busy for long", HttpResponse{.status = 429, .headers = {{"Retry-After", "40"}}},
       "503 step charge: status 429, gave up: retry_after", "40"},
      {"busy for a moment", HttpResponse{.status = 429, .headers = {{"Retry-After", "2"}}},
       "503 step charge: status 429, gave up: attempts", "2"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    support::ScriptedApi vendor{scheduler};
    vendor.then(c.answer);
    store::MemoryStore empty;
    Service fresh(order_flow(), {.scheduler = scheduler, .client = vendor, .hops = hops}, empty);
    const HttpResponse response = post(fresh, event());
    EXPECT_EQ(problem(response), c.problem);
    EXPECT_EQ(response.headers.get("Retry-After"), c.retry_after);
    EXPECT_EQ(vendor.asked[0].request.host, "payments");
    EXPECT_NE(vendor.asked.back().request.host, "erp") << "no step after one that failed";
  }
}

TEST_F(ServiceTest, TellsHowLongAnOpenBreakerWillStayOpen) {
  api.then(500);
  EXPECT_EQ(post(event()).status, 503);  // two attempts: the breaker opens at 110 ms
  scheduler.run_until(at(1s));
  const HttpResponse response = post(event());
  EXPECT_EQ(problem(response), "503 step charge: gave up: breaker open");
  EXPECT_EQ(response.headers.get("Retry-After"), "5") << "4.11 s, in whole seconds";
  EXPECT_EQ(hops.lines().back(), "step payments charge #1 under 0 1000..1000 open 0 breaker open");
}

TEST_F(ServiceTest, EndsItsWorkWithinTheTimeItsCallerLeaves) {
  api.then(201, 1h);
  HttpRequest request = event();
  request.headers.add("X-Deadline-Ms", "2000");
  const HttpResponse response = post(std::move(request));
  EXPECT_EQ(problem(response), "503 step charge: no answer (timeout), gave up: deadline");
  EXPECT_EQ(scheduler.now(), at(1'700ms))
      << "250 ms to answer, 50 ms between the last attempt's end and the work's";
  EXPECT_EQ(hops.lines()[0], "step payments charge #1 under 0 0..1700 timeout 0 deadline");

  HttpRequest late = event();
  late.headers.add("X-Deadline-Ms", "0");
  EXPECT_EQ(problem(post(std::move(late))), "503 step charge: gave up: deadline");
  EXPECT_EQ(api.asked.size(), 1U);
}

TEST_F(ServiceTest, TakesAnEventOverWhenTheLeaseOfADeadInstanceIsOver) {
  api.then(201, 30ms, R"({"id":"ch_1"})").then(200, 1h).then(200);
  Service other(order_flow(), {.scheduler = scheduler, .client = api, .hops = hops, .instance = "instance 2"},
                store);
  {
    std::optional<HttpReply> never;
    kernel::TaskScope crashing;
    crashing.spawn(support::keep(service.handle(event()), never));
    scheduler.run_until(at(1s));
  }
  EXPECT_EQ(hops.open_hops(), 0U);
  EXPECT_EQ(post(other, event()).status, 409);
  scheduler.run_until(at(30s) - 1ns);  // the flow's 20 s and the lease's margin of 10 s
  EXPECT_EQ(post(other, event()).status, 409);
  scheduler.run_until(at(30s));
  EXPECT_EQ(post(other, event()).status, 200);
  ASSERT_EQ(api.asked.size(), 3U);
  EXPECT_EQ(api.asked[2].request.host, "erp") << "charged already";
}

TEST_F(ServiceTest, LetsGoOfAnEventThatAnotherInstanceTookOver) {
  api.ignores_deadlines = true;
  api.then(201, 31s).then(201);
  Service other(order_flow(), {.scheduler = scheduler, .client = api, .hops = hops, .instance = "instance 2"},
                store);
  std::optional<HttpReply> slow;
  kernel::TaskScope scope;
  scope.spawn(support::keep(service.handle(event()), slow));
  scheduler.run_until(at(30s));
  EXPECT_EQ(post(other, event()).status, 200);
  scheduler.run();
  ASSERT_TRUE(slow);
  EXPECT_EQ(problem(slow->response), "409 another delivery of the event went on");
  EXPECT_EQ(api.asked.size(), 3U) << "the slow one books nothing";
}

TEST_F(ServiceTest, SaysHowItIs) {
  const auto health = [this] { return post({.method = "GET", .target = "/health?full"}); };
  const HttpResponse well = health();
  EXPECT_EQ(well.status, 200);
  EXPECT_EQ(well.headers.get("Content-Type"), "application/health+json");
  EXPECT_EQ(well.body,
            R"({"status":"pass","serviceId":"instance 1","checks":{)"
            R"("payments:breaker":[{"componentType":"component","status":"pass","observedValue":"closed"}],)"
            R"("erp:breaker":[{"componentType":"component","status":"pass","observedValue":"closed"}]}})");
  api.then(500);
  post(event());
  const HttpResponse degraded = health();
  EXPECT_EQ(degraded.status, 200) << "one vendor's outage must not restart instances";
  EXPECT_EQ(degraded.body,
            R"({"status":"warn","serviceId":"instance 1","checks":{)"
            R"("payments:breaker":[{"componentType":"component","status":"warn","observedValue":"open"}],)"
            R"("erp:breaker":[{"componentType":"component","status":"pass","observedValue":"closed"}]}})");
}

TEST_F(ServiceTest, RefusesCallsThatAreWrong) {
  struct Case {
    const char* name;
    HttpRequest request;
    const char* problem;
  };
  const kernel::Headers good = {{"ce-id", kEvent}, {"ce-type", "Order_Placed__e"}};
  const Case cases[] = {
      {"path", {.method = "POST", .target = "/nowhere?x=1"}, "404 no such path: /nowhere"},
      {"root", {.method = "GET", .target = "/"}, "404 no such path: /"},
      {"method", {.method = "GET", .target = "/events"}, "405 POST /events"},
      {"health's method", {.method = "POST", .target = "/health"}, "405 GET /health"},
      {"no id",
       {.method = "POST", .target = "/events", .headers = {{"ce-type", "t"}}},
       "400 ce-id and ce-type are required"},
      {"no type",
       {.method = "POST", .target = "/events", .headers = {{"ce-id", "1"}}},
       "400 ce-id and ce-type are required"},
      {"no flow",
       {.method = "POST",
        .target = "/events",
        .headers = {{"ce-id", "1"}, {"ce-type", "Other__e"}},
        .body = "{}"},
       "422 no flow for events of type Other__e"},
      {"no JSON",
       {.method = "POST", .target = "/events", .headers = good, .body = "{"},
       "422 not JSON: line 1, column 2"},
      {"no object",
       {.method = "POST", .target = "/events", .headers = good, .body = "[1]"},
       "422 the payload is no JSON object"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(problem(post(c.request)), c.problem);
  }
  EXPECT_EQ(store.events(), 0U) << "nothing is claimed for them";
}

}  // namespace
}  // namespace service
