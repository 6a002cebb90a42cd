#include "emulator/salesforce/org.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emulator/salesforce/validate.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::salesforce {
namespace {

constexpr std::string_view kOrder = "Order_Placed__e";

struct Listener final : relay::StreamListener {
  void on_stored() override { ++stored; }
  void on_purged(const relay::StoredEvent& event) override { purged.push_back(event.uuid); }
  int stored = 0;
  Lines purged;
};

struct OrgBench : Bench {
  Org org;
  Listener listener;
  explicit OrgBench(OrgConfig config = {}) : org(std::move(config), 7, scheduler, journal) {
    org.subscribe(listener, "Events__chn");
  }
  std::string payload_of(std::string_view fields) {
    const auto published = org.publish(kOrder, fields);
    return published ? journal.events.back().payload : published.error().code;
  }
};

EventDefinition order_definition() {
  return {.key = "Order_Number__c",
          .fields = {{"Order_Number__c", {.type = FieldType::Text, .required = true, .length = 5}},
                     {"Note__c", {.type = FieldType::TextArea}},
                     {"Amount__c", {.type = FieldType::Number}},
                     {"Express__c", {.type = FieldType::Checkbox}},
                     {"Due__c", {.type = FieldType::Date}},
                     {"Sent__c", {.type = FieldType::DateTime}}}};
}

// facts/salesforce 1.3.
TEST(Validate, NamesTheFirstFaultAsTheApiDoes) {
  struct Case {
    const char* fields;
    const char* code;
    const char* message;
    Lines fault_fields;
  };
  const Case cases[] = {
      {R"({"Order_Number__c":"A-1","Nope__c":1})",
       "INVALID_FIELD",
       "No such column 'Nope__c' on sobject of type Order_Placed__e",
       {}},
      {R"({"Amount__c":1})",
       "REQUIRED_FIELD_MISSING",
       "Required fields are missing: [Order_Number__c]",
       {"Order_Number__c"}},
      {R"({"Order_Number__c":null})",
       "REQUIRED_FIELD_MISSING",
       "Required fields are missing: [Order_Number__c]",
       {"Order_Number__c"}},
      {R"({"Order_Number__c":"A-1234"})",
       "STRING_TOO_LONG",
       "Order_Number__c: data value too large (max length=5)",
       {"Order_Number__c"}},
      {R"({"Order_Number__c":1})",
       "INVALID_TYPE_ON_FIELD_IN_RECORD",
       "Order_Number__c: value not of required type: 1",
       {"Order_Number__c"}},
      {R"({"Order_Number__c":"A","Amount__c":"1"})",
       "INVALID_TYPE_ON_FIELD_IN_RECORD",
       "Amount__c: value not of required type: \"1\"",
       {"Amount__c"}},
      {R"({"Order_Number__c":"A","Express__c":"true"})",
       "INVALID_TYPE_ON_FIELD_IN_RECORD",
       "Express__c: value not of required type: \"true\"",
       {"Express__c"}},
      {R"({"Order_Number__c":"A","Due__c":"soon"})",
       "INVALID_TYPE_ON_FIELD_IN_RECORD",
       "Due__c: value not of required type: \"soon\"",
       {"Due__c"}},
      {R"({"Order_Number__c":"A","Sent__c":1700000000})",
       "INVALID_TYPE_ON_FIELD_IN_RECORD",
       "Sent__c: value not of required type: 1700000000",
       {"Sent__c"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.fields);
    const auto fault = find_fault(*kernel::parse_json(c.fields), order_definition().fields, kOrder);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->http_status, 400);
    EXPECT_EQ(fault->code, c.code);
    EXPECT_EQ(fault->message, c.message);
    EXPECT_EQ(fault->fields, c.fault_fields);
  }
}

TEST(Validate, TakesWhatFits) {
  const char* cases[] = {
      R"({"Order_Number__c":"A-123"})",
      R"({"Order_Number__c":"\u00e4\u00e4\u00e4\u00e4\u00e4"})",  // five characters, ten bytes
      R"({"Order_Number__c":""})",
      R"({"Order_Number__c":"A","Amount__c":-1.5e3,"Express__c":false,"Due__c":"2026-01-05","Sent__c":"2026-01-05T09:00:00.000Z"})",
      R"({"Order_Number__c":"A","Amount__c":null,"Note__c":null})",
  };
  for (const char* fields : cases) {
    EXPECT_FALSE(find_fault(*kernel::parse_json(fields), order_definition().fields, kOrder)) << fields;
  }
  const auto with_note = [](std::size_t length) {
    return *kernel::parse_json(R"({"Order_Number__c":"A","Note__c":")" + std::string(length, 'x') + "\"}");
  };
  EXPECT_FALSE(find_fault(with_note(131'072), order_definition().fields, kOrder));
  EXPECT_TRUE(find_fault(with_note(131'073), order_definition().fields, kOrder));
}

TEST(Org, SplicesItsOwnFieldsIntoThePayload) {
  OrgBench bench;
  bench.run_to(517ms);
  const std::string empty = bench.payload_of("{}");
  ASSERT_TRUE(empty.starts_with(R"({"CreatedDate":"2026-01-05T09:00:00.517Z","CreatedById":"005)")) << empty;
  ASSERT_TRUE(empty.ends_with("\"}"));
  const std::string head = empty.substr(0, empty.size() - 1);
  EXPECT_EQ(bench.payload_of(R"({"A__c":1})"), head + R"(,"A__c":1})");
  EXPECT_EQ(bench.payload_of("{ }"), head + " }");
  EXPECT_EQ(bench.payload_of(" \n{\t\"A__c\": 1 }\n"), head + ",\t\"A__c\": 1 }\n");
  EXPECT_EQ(bench.payload_of("[]"), "JSON_PARSER_ERROR");
  EXPECT_EQ(bench.payload_of(""), "JSON_PARSER_ERROR");
  EXPECT_EQ(kernel::parse_json(head + ",\t\"A__c\": 1 }\n")->at("CreatedById").get<std::string>().size(),
            18u);
}

TEST(Org, RecordsARefusedEventAsRejected) {
  OrgBench bench({.events = {{std::string(kOrder), order_definition()}}});
  struct Case {
    std::string_view api_name;
    std::string fields;
    int status;
    const char* code;
  };
  const Case cases[] = {
      {"Order__c", "{}", 404, "NOT_FOUND"},
      {kOrder, "{nope", 400, "JSON_PARSER_ERROR"},
      {kOrder, "[1]", 400, "JSON_PARSER_ERROR"},
      {kOrder, "{}", 400, "REQUIRED_FIELD_MISSING"},
      {kOrder, R"({"Order_Number__c":")" + std::string(1'048'576, 'x') + "\"}", 413, "STRING_TOO_LONG"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.code);
    const auto published = bench.org.publish(c.api_name, c.fields);
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().http_status, c.status);
    EXPECT_EQ(published.error().code, c.code);
    EXPECT_EQ(bench.journal.events.back().ends, Lines{"0s rejected salesforce"});
    EXPECT_EQ(bench.journal.hops.back().outcome, kernel::Outcome::Rejected);
    EXPECT_EQ(bench.journal.hops.back().error, c.code);
  }
  EXPECT_EQ(bench.listener.stored, 0);
  EXPECT_TRUE(bench.org.read_after("Events__chn", 0, 10).empty());
}

TEST(Org, TakesAnEventOfExactlyOneMegabyte) {
  OrgBench bench;
  const std::string fields = R"({"A__c":")" + std::string(1'048'576 - 11, 'x') + "\"}";
  ASSERT_EQ(fields.size(), 1'048'576u);
  EXPECT_TRUE(bench.org.publish(kOrder, fields));
  EXPECT_FALSE(bench.org.publish(kOrder, fields + " "));
}

TEST(Org, NamesAnEventByItsKey) {
  OrgBench bench({.events = {{std::string(kOrder), {.key = "Order_Number__c"}}}});
  EXPECT_TRUE(bench.org.publish(kOrder, R"({"Order_Number__c":"SO-1"})"));
  EXPECT_EQ(bench.journal.events.back().ordering_key, "SO-1");
  EXPECT_EQ(bench.journal.events.back().channel, "/event/Order_Placed__e");
  EXPECT_TRUE(bench.org.publish(kOrder, R"({"Order_Number__c":"SO-1"})", "given"));
  EXPECT_EQ(bench.journal.events.back().ordering_key, "given");
}

// facts/salesforce 2.
TEST(Org, AllowsSoManyEventsInAnyHour) {
  EXPECT_EQ(limits_of(Edition::Unlimited).publish_per_hour, 250'000);
  EXPECT_EQ(limits_of(Edition::Enterprise).publish_per_hour, 250'000);
  EXPECT_EQ(limits_of(Edition::Developer).publish_per_hour, 50'000);

  OrgBench bench({.publish_per_hour = 3});
  const auto publish_at = [&bench](kernel::Duration at) {
    bench.run_to(at);
    const auto published = bench.org.publish(kOrder, "{}");
    return published ? std::string("ok")
                     : std::to_string(published.error().http_status) + " " + published.error().code;
  };
  EXPECT_EQ(publish_at(59s), "ok");
  EXPECT_EQ(publish_at(30min), "ok");
  EXPECT_EQ(publish_at(30min), "ok");
  EXPECT_EQ(publish_at(59min), "400 LIMIT_EXCEEDED");
  EXPECT_EQ(publish_at(1h + 59s - 1ns), "400 LIMIT_EXCEEDED")
      << "refused ones do not count, and the first is not an hour old";
  EXPECT_EQ(publish_at(1h + 59s), "ok");
  EXPECT_EQ(publish_at(1h + 60s), "400 LIMIT_EXCEEDED");
  EXPECT_EQ(publish_at(1h + 30min), "ok");
  EXPECT_EQ(publish_at(1h + 30min), "ok");
  EXPECT_EQ(publish_at(1h + 30min), "400 LIMIT_EXCEEDED");
}

TEST(Org, NumbersEventsUpwardsWithHoles) {
  OrgBench bench;
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 200; ++i) ids.push_back(bench.org.publish(kOrder, "{}")->replay_id);
  bool has_hole = false;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    EXPECT_GT(ids[i], ids[i - 1]);
    has_hole = has_hole || ids[i] > ids[i - 1] + 1;
  }
  EXPECT_TRUE(has_hole);
  EXPECT_EQ(bench.org.newest_replay_id(), ids.back());
}

TEST(Org, ReplaysWhatItRetains) {
  OrgBench bench;
  const auto a = bench.org.publish(kOrder, "{}");
  const auto b = bench.org.publish(kOrder, "{}");
  const auto c = bench.org.publish(kOrder, "{}");
  const auto uuids = [&bench](std::int64_t after, std::size_t count) {
    Lines lines;
    for (const auto& event : bench.org.read_after("Events__chn", after, count)) lines.push_back(event->uuid);
    return lines;
  };
  EXPECT_EQ(uuids(a->replay_id, 10), (Lines{b->event_uuid, c->event_uuid}));
  EXPECT_EQ(uuids(a->replay_id, 1), Lines{b->event_uuid});
  EXPECT_EQ(uuids(0, 10).size(), 3u);
  EXPECT_EQ(uuids(c->replay_id, 10), Lines{});
}

TEST(Org, PurgesAfterTheRetention) {
  OrgBench bench;
  const auto old = bench.org.publish(kOrder, "{}");
  bench.run_to(1s);
  bench.org.publish(kOrder, "{}");
  bench.run_to(72h - 1ns);
  EXPECT_EQ(bench.org.read_after("Events__chn", 0, 10).size(), 2u);
  bench.run_to(72h);
  EXPECT_EQ(bench.org.read_after("Events__chn", 0, 10).size(), 1u);
  EXPECT_EQ(bench.listener.purged, Lines{old->event_uuid});
}

TEST(Org, CarriesMembersOfAChannelOnly) {
  Bench bench;
  Org org({.channels = {{"Orders__chn", {.members = {{.entity = "Order_Placed__e"}}}}}}, 7, bench.scheduler,
          bench.journal);
  Listener orders;
  org.subscribe(orders, "Orders__chn");
  const auto order = org.publish("Order_Placed__e", "{}");
  const auto other = org.publish("Other__e", "{}");
  EXPECT_EQ(org.read_after("Orders__chn", 0, 10).size(), 1u);
  EXPECT_EQ(org.read_after("Unnamed__chn", 0, 10).size(), 2u)
      << "a channel that is not named carries everything";
  EXPECT_EQ(orders.stored, 1);
  EXPECT_EQ(bench.journal.ends_of(order->event_uuid), Lines{});
  EXPECT_EQ(bench.journal.ends_of(other->event_uuid),
            Lines{"0s filtered salesforce: no channel that is relayed carries it"});
  bench.run_to(72h);
  org.read_after("Orders__chn", 0, 1);
  EXPECT_EQ(orders.purged, Lines{order->event_uuid}) << "nobody hears of the other one";
}

TEST(Org, GivesOneSeedTheSameIds) {
  const auto ids = [](std::uint64_t seed) {
    Bench bench;
    Org org({}, seed, bench.scheduler, bench.journal);
    const auto published = org.publish(kOrder, "{}");
    return org.org_id() + published->event_uuid + std::to_string(published->replay_id);
  };
  EXPECT_EQ(ids(7), ids(7));
  EXPECT_NE(ids(7), ids(8));
}

}  // namespace
}  // namespace emulator::salesforce
