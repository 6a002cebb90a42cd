// Conditions, routes, and events that come without the envelope of the bus.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "middleware/ingest/condition.h"
#include "middleware/ingest/ingest.h"
#include "tests/support/recorded_log.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace ingest {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUuid = "2ed6657d-e927-568b-95e1-2665a8aea6a2";

TEST(Condition, HoldsAsItsComparisonsSay) {
  using enum Comparison;
  struct Case {
    const char* payload;
    Comparison comparison;
    std::vector<std::string> operands;
    bool holds;
  };
  const Case cases[] = {
      {R"({"a":"x"})", OneOf, {R"("x")"}, true},
      {R"({"a":"x"})", OneOf, {R"("y")", R"("x")"}, true},
      {R"({"a":"1"})", OneOf, {"1"}, false},
      {R"({"a":1.0})", OneOf, {"1"}, true},
      {R"({"a":null})", OneOf, {"null"}, true},
      {R"({})", OneOf, {"null"}, false},
      {R"({"a":{"x":1,"y":[2]}})", OneOf, {R"({"y":[2],"x":1})"}, true},
      {R"({"a":{"x":1}})", OneOf, {R"({"x":1,"y":2})"}, false},
      {R"({"a":"SO-1"})", Prefix, {R"("SO-")"}, true},
      {R"({"a":"RO-1"})", Prefix, {R"("SO-")"}, false},
      {R"({"a":5})", Prefix, {R"("5")"}, false},
      {R"({"a":false})", Exists, {"true"}, true},
      {R"({"a":null})", Exists, {"true"}, false},
      {R"({"a":null})", Exists, {"false"}, true},
      {R"({})", Exists, {"false"}, true},
      {R"({"a":5})", Below, {"5"}, false},
      {R"({"a":4.9})", Below, {"5"}, true},
      {R"({"a":5})", AtMost, {"5"}, true},
      {R"({"a":5})", Above, {"5"}, false},
      {R"({"a":5.0})", AtLeast, {"5"}, true},
      {R"({"a":"9"})", AtLeast, {"5"}, false},
      {R"({})", AtLeast, {"5"}, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.payload);
    const kernel::Json payload = *kernel::parse_json(c.payload);
    const kernel::Json none;
    const Fields fields{.payload = payload, .under = "_enriched", .added = none};
    const Condition condition{
        .fields = {{.pointer = "/a", .comparison = c.comparison, .operands = c.operands}}};
    EXPECT_EQ(holds(condition, "Order__e", fields), c.holds);
  }
}

TEST(Condition, NeedsAllOfItAndSeesWhatWasAdded) {
  const kernel::Json payload = *kernel::parse_json(R"({"a":1,"_enriched":{"region":"us"}})");
  const kernel::Json added = *kernel::parse_json(R"({"region":"eu"})");
  const Fields fields{.payload = payload, .under = "_enriched", .added = added};
  const FieldTest a{.pointer = "/a", .operands = {"1"}};
  const FieldTest b{.pointer = "/b", .operands = {"1"}};
  const FieldTest region{.pointer = "/_enriched/region", .operands = {R"("eu")"}};
  EXPECT_TRUE(holds({}, "X", fields));
  EXPECT_TRUE(holds({.types = {"X", "Y"}, .fields = {a, region}}, "Y", fields));
  EXPECT_FALSE(holds({.types = {"X"}, .fields = {a}}, "Y", fields));
  EXPECT_FALSE(holds({.fields = {a, b}}, "X", fields));
  EXPECT_EQ(field_pointer("a/b"), "/a~1b");
  EXPECT_EQ(field_pointer("/a/b"), "/a/b");
}

std::string event(const std::string& type, const std::string& payload) {
  return R"({"detail-type":")" + type + R"(","source":"s","detail":{"id":")" + kUuid + R"(","payload":)" +
         payload + "}}";
}

struct RouteBench {
  RouteBench() {
    ingest.log_to(log);
    client.then(202);
  }
  std::string handle(const std::string& text) {
    const auto result = support::run(
        scheduler, ingest.handle({.payload = text, .deadline = scheduler.now() + 10s, .hop = 9}));
    return result ? *result : result.error().type + ": " + result.error().message;
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi client{scheduler};
  support::RecordedLog log;
  Ingest ingest{
      {.types = {{.name = "Order__e", .required = {{"No__c", FieldKind::Text}}}},
       .destinations = {{.name = "middleware", .host = "middleware"},
                        {.name = "audit", .host = "audit", .url = "https://a", .path = "/in"}},
       .routes = {{.name = "tests",
                   .when = {.types = {"Order__e"}, .fields = {{.pointer = "/Test__c", .operands = {"true"}}}},
                   .drop_reason = "test orders end here"},
                  {.name = "orders", .when = {.types = {"Order__e"}}},
                  {.name = "audits",
                   .when = {.fields = {{.pointer = "/Level__c",
                                        .comparison = Comparison::AtLeast,
                                        .operands = {"3"}}}},
                   .destination = 1}}},
      scheduler,
      client};
};

TEST(Route, TheFirstThatHoldsTakesTheEvent) {
  RouteBench bench;
  bench.handle(event("Order__e", R"({"No__c":"1","Level__c":9})"));
  bench.handle(event("Audit__e", R"({"Level__c":3})"));
  ASSERT_EQ(bench.client.asked.size(), 2U);
  EXPECT_EQ(bench.client.asked[0].request.host + bench.client.asked[0].request.target, "middleware/events");
  EXPECT_EQ(bench.client.asked[1].request.host + bench.client.asked[1].request.target, "audit/in");
  const std::string uuid = kUuid;
  EXPECT_EQ(bench.log.hops, std::vector<std::string>{"api ingest > audit POST /in " + uuid + ": ok "})
      << "the middleware opens its own";
  EXPECT_EQ(bench.client.asked_with("traceparent"),
            (std::vector<std::string>{kernel::traceparent(uuid, 9), kernel::traceparent(uuid, 1)}));
  EXPECT_EQ(bench.handle(event("Audit__e", R"({"Level__c":2})")),
            "RoutingError: no route takes this event of type Audit__e");
  EXPECT_EQ(bench.handle(event("Order__e", "{}")), "ValidationError: Order__e: No__c is missing")
      << "checks come first";
  EXPECT_EQ(bench.client.asked.size(), 2U);
}

TEST(Route, WhatItDropsIsSeenAndCounted) {
  RouteBench bench;
  EXPECT_EQ(bench.handle(event("Order__e", R"({"No__c":"1","Test__c":true})")),
            R"({"status":"dropped","route":"tests","eventId":")" + std::string(kUuid) + R"("})");
  EXPECT_TRUE(bench.client.asked.empty());
  EXPECT_EQ(bench.log.hops, std::vector<std::string>{"step ingest > drop tests " + std::string(kUuid) +
                                                     ": filtered test orders end here"});
  EXPECT_EQ(bench.log.metrics, std::vector<std::string>{R"(EventsDropped 1 {"route":"tests"})"});
}

TEST(Unwrap, TakesEventsWithoutTheEnvelopeOfTheBus) {
  const auto through_a_topic = [](const std::string& message) {
    return R"({"Records":[{"EventSource":"aws:sns","Sns":{"Type":"Notification","Message":)" +
           kernel::json_quoted(message) + "}}]}";
  };
  struct Case {
    const char* name;
    std::string message;
    const char* type;
    const char* id;
  };
  const Case cases[] = {
      {"as CometD delivers it",
       R"({"schema":"x","payload":{"Level__c":5},"event":{"EventUuid":"u-1","replayId":1,"EventApiName":"Audit__e"}})",
       "Audit__e", "u-1"},
      {"a change event",
       R"({"payload":{"ChangeEventHeader":{"entityName":"Contact","changeType":"UPDATE"},"Level__c":5},"schemaId":"x","id":"u-2"})",
       "ContactChangeEvent", "u-2"},
      {"a change event of a custom object",
       R"({"payload":{"ChangeEventHeader":{"entityName":"Box__c"},"Level__c":5},"id":"u-3"})",
       "Box__ChangeEvent", "u-3"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RouteBench bench;
    EXPECT_EQ(bench.handle(through_a_topic(c.message)),
              R"({"status":202,"eventId":")" + std::string(c.id) + R"("})");
    EXPECT_EQ(bench.client.asked_with("ce-type"), std::vector<std::string>{c.type});
  }
  RouteBench bench;
  EXPECT_EQ(bench.handle(through_a_topic(R"({"payload":{"a":1}})")),
            "ValidationError: the event has no detail-type");
  EXPECT_EQ(
      bench.handle(R"({"Records":[{"eventSource":"aws:s3","s3":{}}]})"),
      "UnsupportedEvent: Records of aws:s3 are not supported: this function takes an EventBridge event, a "
      "record of SNS with one inside, or a batch of them from SQS");
  EXPECT_EQ(bench.handle(R"({"Records":[]})").substr(0, 50),
            "UnsupportedEvent: these Records are not supported:");
}

}  // namespace
}  // namespace ingest
