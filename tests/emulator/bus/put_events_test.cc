#include "emulator/bus/put_events.h"

#include <gtest/gtest.h>

#include "tests/emulator/bus/bus_support.h"

namespace emulator::bus {
namespace {

using kernel::Stage;

PutEventsEntry entry(std::string detail = R"({"a":1})") {
  return {.source = "shop", .detail_type = "Order", .detail = std::move(detail)};
}

EventBridgeConfig default_bus_to_audit() {
  return {
      .buses = {{.name = "default", .rules = {rule("all", R"({"source":["shop"]})", {to_queue("audit")})}}}};
}

TEST(PutEvents, BeginsAnEventOfItsOwnAndDeliversTheEnvelope) {
  BusBench bench(default_bus_to_audit());
  PutEventsEntry full = entry();
  full.time = monday() + 2s + 900ms;
  full.resources = {"arn:one", "say \"two\""};
  const auto results = bench.bus->put_events({.entries = {full, entry()}, .caller = "shop-service"});
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 2u);
  const auto messages = bench.received("audit");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(
      messages[0].body,
      R"({"version":"0","id":")" + (*results)[0].event_id +
          R"(","detail-type":"Order","source":"shop","account":"123456789012",)" +
          R"("time":"2026-01-05T09:00:02Z","region":"us-east-1","resources":["arn:one","say \"two\""],)" +
          R"("detail":{"a":1}})");
  EXPECT_NE(messages[1].body.find(R"("time":"2026-01-05T09:00:00Z","region":"us-east-1","resources":[],)"),
            std::string::npos)
      << "now, and no resources";
  const auto& event = bench.journal.at((*results)[0].event_id);
  EXPECT_EQ(event.channel + " " + event.kind + " " + event.payload, R"(default Order {"a":1})");
  EXPECT_EQ(event.ends, Lines{"0s delivered bus: queue audit"});
  EXPECT_EQ(bench.journal.hops[0].from, "shop-service");
  EXPECT_EQ(bench.journal.timeline(Stage::Publish), (Lines{"0s bus #1 ok 200", "0s bus #1 ok 200"}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(PutEvents, PassesTheTraceHeaderAndTheMessageGroupToAQueue) {
  TargetConfig target = to_queue("orders.fifo");
  target.spec.message_group_id = "shop";
  target.spec.input = R"({"a":1})";
  BusBench bench(EventBridgeConfig{
      .buses = {{.name = "default", .rules = {rule("all", R"({"source":["shop"]})", {target})}}}});
  ASSERT_TRUE(
      bench.queues.create("orders.fifo", {{"FifoQueue", "true"}, {"ContentBasedDeduplication", "true"}}));
  PutEventsEntry traced = entry();
  traced.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793";
  ASSERT_TRUE(bench.bus->put_events({.entries = {traced}}));
  const auto messages = bench.received("orders.fifo");
  ASSERT_EQ(messages.size(), 1u);
  const auto has = [&messages](const std::string& name, const std::string& value) {
    return std::ranges::find(messages[0].system_attributes, std::pair(name, value)) !=
           messages[0].system_attributes.end();
  };
  EXPECT_TRUE(has("MessageGroupId", "shop"));
  EXPECT_TRUE(has("AWSTraceHeader", traced.trace_header));
}

TEST(PutEvents, OfAServiceMayComeFromAws) {
  BusBench bench(
      {.buses = {{.name = "default",
                  .rules = {rule("all", R"({"source":["aws.cloudwatch"]})", {to_queue("audit")})}}}});
  PutEventsEntry change = entry();
  change.source = "aws.cloudwatch";
  const auto refused = bench.bus->put_events({.entries = {change}});
  EXPECT_EQ((*refused)[0].error_code, "NotAuthorizedForSourceException");
  bench.bus->put_service_event(change, "cloudwatch");
  const auto messages = bench.received("audit");
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_NE(messages[0].body.find(R"("source":"aws.cloudwatch")"), std::string::npos);
}

TEST(PutEvents, FailsEntriesOneByOneInTheirPlaces) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += R"({"a":)";
  deep += "{}" + std::string(1000, '}');
  struct Row {
    const char* name;
    PutEventsEntry entry;
    std::string code;
    std::string message;
  };
  const auto with = [](auto&& change) {
    PutEventsEntry changed = entry();
    change(changed);
    return changed;
  };
  const auto required = [](const std::string& name) {
    return "Parameter " + name + " is not valid. Reason: " + name + " is a required argument.";
  };
  const Row rows[] = {
      {"good", entry(), "", ""},
      {"no source", with([](auto& e) { e.source = ""; }), "InvalidArgument", required("Source")},
      {"no type", with([](auto& e) { e.detail_type = ""; }), "InvalidArgument", required("DetailType")},
      {"no detail", with([](auto& e) { e.detail = ""; }), "InvalidArgument", required("Detail")},
      {"a string", entry(R"("text")"), "MalformedDetail", "Detail is malformed."},
      {"an array", entry("[1]"), "MalformedDetail", "Detail is malformed."},
      {"broken", entry(R"({"a":)"), "MalformedDetail", "Detail is malformed."},
      {"too deep", entry(deep), "MalformedDetail", "Detail is malformed."},
      {"of the service", with([](auto& e) { e.source = "aws.ec2"; }), "NotAuthorizedForSourceException",
       "Not authorized for the source."},
      {"a long type", with([](auto& e) { e.detail_type = std::string(129, 'x'); }), "InvalidArgument",
       "Parameter DetailType is not valid. Reason: DetailType must be at most 128 characters long."}};
  BusBench bench(default_bus_to_audit());
  PutEventsRequest request;
  for (const Row& row : rows) request.entries.push_back(row.entry);
  const auto results = bench.bus->put_events(request);
  ASSERT_TRUE(results) << said(results);
  ASSERT_EQ(results->size(), std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    SCOPED_TRACE(rows[i].name);
    EXPECT_EQ((*results)[i].error_code, rows[i].code);
    EXPECT_EQ((*results)[i].error_message, rows[i].message);
    EXPECT_EQ((*results)[i].event_id.empty(), !rows[i].code.empty());
  }
  EXPECT_EQ(bench.received("audit").size(), 1u);
  ASSERT_EQ(bench.journal.events.size(), std::size(rows)) << "what was refused stands in the record";
  EXPECT_EQ(bench.journal.events[1].ends, Lines{"0s rejected bus: InvalidArgument"});
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(PutEvents, TakesADetailOfAThousandLevels) {
  std::string deep;
  for (int i = 0; i < 999; ++i) deep += R"({"a":)";
  EXPECT_TRUE(is_good_detail(deep + "{}" + std::string(999, '}')));
  EXPECT_FALSE(is_good_detail(R"({"a":)" + deep + "{}" + std::string(1000, '}')));
  EXPECT_TRUE(is_good_detail(R"({"a":")" + std::string(3000, '{') + R"("})")) << "text does not nest";
}

TEST(PutEvents, CountsTheSizeOfAnEntry) {
  struct Row {
    const char* name;
    PutEventsEntry entry;
    std::int64_t size;
  };
  const Row rows[] = {
      {"its texts", entry(), 4 + 5 + 7},
      {"a time is 14", {.time = monday(), .source = "a", .detail_type = "b", .detail = "{}"}, 14 + 4},
      {"resources", {.source = "a", .resources = {"arn:one", "arn:three"}}, 1 + 7 + 9},
      {"bytes of UTF-8", {.source = "Zürich"}, 7},
      {"the bus and the trace are free",
       {.source = "a", .event_bus = "orders", .trace_header = "Root=1"},
       1}};
  for (const Row& row : rows) EXPECT_EQ(entry_size(row.entry), row.size) << row.name;
}

TEST(PutEvents, RefusesAWholeCallInTheServicesWords) {
  struct Row {
    const char* name;
    std::vector<PutEventsEntry> entries;
    std::string error;
  };
  const std::string start = "400 ValidationException 1 validation error detected: Value '";
  const std::string pattern =
      "Member must satisfy regular expression pattern: "
      "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus/)?[\\.\\-_A-Za-z0-9]+";
  PutEventsEntry to_partner = entry();
  to_partner.event_bus = kSource;
  PutEventsEntry traced = entry();
  traced.trace_header = std::string(501, 'x');
  const Row rows[] = {
      {"none",
       {},
       start + "[]' at 'entries' failed to satisfy constraint: Member must have length greater than or equal "
               "to 1"},
      {"eleven", std::vector(11, entry()),
       start + "[...]' at 'entries' failed to satisfy constraint: Member must have length less than or equal "
               "to 10"},
      {"a partner bus",
       {entry(), to_partner},
       start + kSource + "' at 'entries.2.member.eventBusName' failed to satisfy constraint: " + pattern},
      {"a long trace",
       {traced},
       start + traced.trace_header +
           "' at 'entries.1.member.traceHeader' failed to satisfy constraint: Member must have length less "
           "than or "
           "equal to 500"},
      {"one megabyte",
       {entry(R"({"a":")" + std::string(1'048'576 - 9 - 8, 'x') + R"("})")},
       "400 ValidationException Total size of the entries in the request is over the limit."}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    BusBench bench(default_bus_to_audit());
    EXPECT_EQ(said(bench.bus->put_events({.entries = row.entries})), row.error);
    EXPECT_EQ(bench.received("audit").size(), 0u);
    EXPECT_EQ(bench.journal.hops.size(), 1u) << "the refusal is recorded";
    EXPECT_EQ(bench.journal.hops[0].outcome, kernel::Outcome::Rejected);
  }
}

TEST(PutEvents, TakesWhatIsOneByteBelowTheLimit) {
  const std::string detail = R"({"a":")" + std::string(262'144 - 9 - 8 - 1, 'x') + R"("})";
  EventBridgeConfig config = default_bus_to_audit();
  config.put_bytes_limit = 262'144;
  BusBench bench(config);
  EXPECT_EQ(said(bench.bus->put_events({.entries = {entry(detail)}})), "ok");
  EXPECT_NE(said(bench.bus->put_events({.entries = {entry(detail.substr(0, 6) + "x" + detail.substr(6))}})),
            "ok");
}

TEST(PutEvents, TakesEventsForABusThatIsNotThereAndRecordsThemAsLost) {
  BusBench bench(default_bus_to_audit());
  PutEventsEntry nowhere = entry();
  nowhere.event_bus = "nowhere";
  const auto results = bench.bus->put_events({.entries = {nowhere}});
  ASSERT_TRUE(results);
  EXPECT_TRUE((*results)[0].accepted());
  EXPECT_EQ(bench.journal.ends_of((*results)[0].event_id),
            Lines{"0s lost bus: event bus nowhere does not exist"});
}

TEST(PutEvents, FindsABusByNameAndByArn) {
  BusBench bench(EventBridgeConfig{
      .buses = {{.name = "orders", .rules = {rule("all", R"({"source":["shop"]})", {to_queue("audit")})}}}});
  for (const std::string& name : {std::string("orders"), bus_arn("orders")}) {
    PutEventsEntry named = entry();
    named.event_bus = name;
    EXPECT_EQ(said(bench.bus->put_events({.entries = {named}})), "ok");
  }
  EXPECT_EQ(bench.received("audit").size(), 2u);
}

TEST(PutEvents, IsThrottledAboveItsQuotaAndGoesOnWhenTimeHasPassed) {
  EventBridgeConfig config = default_bus_to_audit();
  config.puts_per_second = 2;
  BusBench bench(config);
  const auto put = [&bench] { return said(bench.bus->put_events({.entries = {entry()}})); };
  EXPECT_EQ(put(), "ok");
  EXPECT_EQ(put(), "ok");
  EXPECT_EQ(put(), "400 ThrottlingException Rate exceeded");
  bench.run_to(499ms);
  EXPECT_EQ(put(), "400 ThrottlingException Rate exceeded");
  bench.run_to(500ms);
  EXPECT_EQ(put(), "ok");
  EXPECT_EQ(put(), "400 ThrottlingException Rate exceeded");
  EXPECT_EQ(bench.journal.timeline(Stage::Publish).back(), "500ms bus #1 throttled 400 Rate exceeded");
}

TEST(PutEvents, FailsSingleEntriesAboveTheirOwnQuota) {
  EventBridgeConfig config = default_bus_to_audit();
  config.entries_per_second = 2;
  BusBench bench(config);
  const auto results = bench.bus->put_events({.entries = {entry(), entry("[]"), entry(), entry()}});
  ASSERT_TRUE(results);
  Lines codes;
  for (const EntryResult& result : *results) codes.push_back(result.error_code);
  EXPECT_EQ(codes, (Lines{"", "MalformedDetail", "", "ThrottlingException"}))
      << "what is malformed costs nothing";
}

TEST(Quota, HoldsOneSecondsWorthAndRefillsEvenly) {
  Quota quota(4);
  const auto taken = [&quota](kernel::Duration at) {
    int count = 0;
    while (quota.take(kernel::at(at))) ++count;
    return count;
  };
  EXPECT_EQ(taken(0s), 4);
  EXPECT_EQ(taken(249ms), 0);
  EXPECT_EQ(taken(250ms), 1);
  EXPECT_EQ(taken(1s), 3);
  EXPECT_EQ(taken(1h), 4) << "never more than a second's";
  Quota slow(0.5);
  EXPECT_TRUE(slow.take(kernel::at(0s)));
  EXPECT_FALSE(slow.take(kernel::at(1999ms)));
  EXPECT_TRUE(slow.take(kernel::at(2s)));
}

}  // namespace
}  // namespace emulator::bus
