#include "middleware/ingest/unwrap.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/ingest/ingest.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace ingest {
namespace {

using namespace std::chrono_literals;

const std::string kEvent =
    R"({"detail-type":"Order_Placed__e","source":"s","detail":{"id":"2ed6657d-e927-568b-95e1-2665a8aea6a2","payload":{"Order__c":"SO-1","Big__c":9007199254740993}}})";

std::string record(const std::string& message) {
  return R"({"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":"a","Sns":{"Type":"Notification","Subject":null,"Message":)" +
         kernel::json_quoted(message) + R"(,"MessageAttributes":{}}})";
}

std::string text(const std::string& payload) {
  const auto message = sns_message(*kernel::parse_json(payload));
  if (!message) return message.error().type + ": " + message.error().message;
  return *message ? **message : "(none)";
}

TEST(SnsMessage, IsTakenOutOfItsRecord) {
  struct Case {
    const char* name;
    std::string payload;
    std::string found;
  };
  const Case cases[] = {
      {"a record", R"({"Records":[)" + record("hello") + "]}", "hello"},
      {"an event of the bus", kEvent, "(none)"},
      {"records of a queue", R"({"Records":[{"eventSource":"aws:sqs","body":"b"}]})", "(none)"},
      {"no records", R"({"Records":[]})", "(none)"},
      {"two records", R"({"Records":[)" + record("a") + "," + record("b") + "]}",
       "ValidationError: SNS sends one record, here are 2"},
      {"no message", R"({"Records":[{"EventSource":"aws:sns","Sns":{}}]})",
       "ValidationError: the SNS record has no Message"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(text(c.payload), c.found);
  }
}

TEST(Ingest, TakesAnEventThatCameThroughATopic) {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi middleware{scheduler};
  middleware.then(200);
  Ingest ingest{{.types = {{.name = "Order_Placed__e"}}}, scheduler, middleware};
  const auto handle = [&](const std::string& payload) {
    const auto result = support::run(
        scheduler, ingest.handle({.payload = payload, .deadline = scheduler.now() + 30s, .hop = 9}));
    return result ? *result : result.error().type + ": " + result.error().message;
  };
  EXPECT_EQ(handle(R"({"Records":[)" + record(kEvent) + "]}"),
            R"({"status":200,"eventId":"2ed6657d-e927-568b-95e1-2665a8aea6a2"})");
  EXPECT_EQ(middleware.asked.at(0).request.body, R"({"Order__c":"SO-1","Big__c":9007199254740993})");
  EXPECT_TRUE(
      handle(R"({"Records":[)" + record("no JSON") + "]}").starts_with("ValidationError: the SNS message: "));
  EXPECT_TRUE(handle(R"({"Records":[)" + record(R"({"Records":[]})") + "]}")
                  .starts_with("ValidationError: the event has no detail-type"));
}

}  // namespace
}  // namespace ingest
