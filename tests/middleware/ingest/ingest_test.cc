#include "middleware/ingest/ingest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace ingest {
namespace {

using kernel::at;
using kernel::HttpResponse;
using kernel::NoAnswer;
using namespace std::chrono_literals;

constexpr const char* kOrder =
    R"({"version":"0","detail-type":"Order_Placed__e","source":"aws.partner/salesforce.com/1","time":"2026-01-05T09:00:01Z",)"
    R"("detail":{"id":"2ed6657d-e927-568b-95e1-2665a8aea6a2","payload":{"CreatedDate":"2026-01-05T09:00:00.250Z","Order__c":"SO-1","Big__c":9007199254740993}}})";

class IngestTest : public testing::Test {
 protected:
  FunctionResult handle(std::string event, kernel::Timestamp deadline) {
    return support::run(scheduler,
                        ingest.handle({.payload = std::move(event), .deadline = deadline, .hop = 9}));
  }
  /// "type: message", or the response.
  std::string text(std::string event) {
    const auto result = handle(std::move(event), scheduler.now() + 30s);
    return result ? *result : result.error().type + ": " + result.error().message;
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi middleware{scheduler};
  Ingest ingest{{.types = {{.name = "Order_Placed__e", .required = {{"Order__c", FieldKind::Text}}},
                           {.name = "Order_Paid__e"}}},
                scheduler,
                middleware};
};

TEST_F(IngestTest, HandsAnEventOverAsACloudEvent) {
  middleware.then(200);
  scheduler.run_until(at(3s));
  const auto result = handle(kOrder, at(33s));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, R"({"status":200,"eventId":"2ed6657d-e927-568b-95e1-2665a8aea6a2"})");
  ASSERT_EQ(middleware.asked.size(), 1U);
  const auto& asked = middleware.asked[0];
  EXPECT_EQ(asked.request.method + " " + asked.request.host + asked.request.target, "POST middleware/events");
  EXPECT_EQ(asked.request.body,
            R"({"CreatedDate":"2026-01-05T09:00:00.250Z","Order__c":"SO-1","Big__c":9007199254740993})");
  std::string headers;
  for (const auto& [name, value] : asked.request.headers) headers += name + ": " + value + "\n";
  EXPECT_EQ(headers,
            "Content-Type: application/json\n"
            "ce-specversion: 1.0\n"
            "ce-id: 2ed6657d-e927-568b-95e1-2665a8aea6a2\n"
            "ce-type: Order_Placed__e\n"
            "ce-source: aws.partner/salesforce.com/1\n"
            "ce-time: 2026-01-05T09:00:01Z\n"
            "traceparent: 00-2ed6657de927568b95e12665a8aea6a2-0000000000000009-01\n"
            "X-Event-Age-Ms: 2750\n"
            "X-Deadline-Ms: 29500\n");
  EXPECT_EQ(asked.deadline, at(32'500ms)) << "half a second is kept for our answer";
}

TEST_F(IngestTest, LeavesOutWhatTheEventDoesNotTell) {
  middleware.then(200);
  text(R"({"detail-type":"Order_Paid__e","detail":{"payload":{"CreatedDate":"yesterday"}}})");
  const auto& request = middleware.asked.at(0).request;
  EXPECT_FALSE(request.headers.has("ce-time"));
  EXPECT_FALSE(request.headers.has("X-Event-Age-Ms"));
}

TEST_F(IngestTest, CountsNoNegativeAge) {
  middleware.then(200);
  text(R"({"detail-type":"Order_Paid__e","detail":{"payload":{"CreatedDate":"2027-01-01T00:00:00Z"}}})");
  EXPECT_EQ(middleware.asked_with("X-Event-Age-Ms"), std::vector<std::string>{"0"});
}

TEST_F(IngestTest, RefusesWhatCanNeverBeProcessedWithoutACall) {
  struct Case {
    const char* event;
    const char* error;
  };
  const Case cases[] = {
      {"", "ValidationError: not JSON: line 1, column 1"},
      {"{\"a\":\n  oops}", "ValidationError: not JSON: line 2, column 3"},
      {"{}", "ValidationError: the event has no detail-type"},
      {R"({"detail-type":"Order_Placed__e","detail":{}})",
       "ValidationError: the event has no object at detail.payload"},
      {R"({"detail-type":"Other__e","detail":{"payload":{}}})",
       "RoutingError: no route for events of type Other__e"},
      {R"({"detail-type":"Order_Placed__e","detail":{"payload":{}}})",
       "ValidationError: Order_Placed__e: Order__c is missing"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.event);
    EXPECT_EQ(text(c.event), c.error);
  }
  EXPECT_TRUE(middleware.asked.empty());
}

TEST_F(IngestTest, FailsSoThatLambdaRunsItAgain) {
  struct Case {
    kernel::HttpResult answer;
    std::string error;
  };
  const std::string half = std::string(299, 'x') + "\u00e9";
  const Case cases[] = {
      {HttpResponse{.status = 422, .body = "no"}, "MiddlewareRefused: the middleware answered 422: no"},
      {HttpResponse{.status = 400}, "MiddlewareRefused: the middleware answered 400"},
      {HttpResponse{.status = 302}, "MiddlewareRefused: the middleware answered 302"},
      {HttpResponse{.status = 409}, "MiddlewareBusy: the middleware answered 409"},
      {HttpResponse{.status = 429}, "MiddlewareBusy: the middleware answered 429"},
      {HttpResponse{.status = 500}, "MiddlewareBusy: the middleware answered 500"},
      {HttpResponse{.status = 503, .body = "later"}, "MiddlewareBusy: the middleware answered 503: later"},
      {HttpResponse{.status = 503, .body = half},
       "MiddlewareBusy: the middleware answered 503: " + std::string(299, 'x')},
      {std::unexpected(NoAnswer::Refused), "MiddlewareUnreachable: the middleware did not answer: refused"},
      {std::unexpected(NoAnswer::Reset), "MiddlewareUnreachable: the middleware did not answer: reset"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.error);
    support::ScriptedApi one{scheduler};
    one.then(c.answer);
    Ingest function({.types = {{.name = "Order_Placed__e"}}}, scheduler, one);
    const auto result = support::run(
        scheduler, function.handle({.payload = kOrder, .deadline = scheduler.now() + 30s, .hop = 1}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().type + ": " + result.error().message, c.error);
  }
}

TEST_F(IngestTest, AnswersBeforeLambdaEndsIt) {
  middleware.then(200, 1h);
  const auto result = handle(kOrder, at(3s));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the middleware did not answer: timeout");
  EXPECT_EQ(scheduler.now(), at(2'500ms));
}

}  // namespace
}  // namespace ingest
