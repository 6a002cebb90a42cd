#include <gtest/gtest.h>

#include "emulator/salesforce/org.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::salesforce {
namespace {

struct Wakes final : ChannelListener {
  void on_event() override { ++count; }
  int count = 0;
};

struct StreamBench : Bench {
  Org org;
  explicit StreamBench(OrgConfig config = {}) : org(std::move(config), 7, scheduler, journal) {}
  std::unique_ptr<StreamSubscription> open(std::string channel, std::int64_t replay = kReplayNew) {
    auto opened = org.open({.channel = std::move(channel), .replay = replay});
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  std::string refusal(SubscribeRequest request) {
    const auto opened = org.open(std::move(request));
    return opened ? "" : opened.error().message;
  }
  std::int64_t publish(const char* name = "A__e", const char* fields = "{}") {
    return org.publish(name, fields)->replay_id;
  }
};

std::vector<std::int64_t> ids(const std::vector<relay::StoredEventPtr>& events) {
  std::vector<std::int64_t> all;
  for (const auto& event : events) all.push_back(event->replay_id);
  return all;
}
using Ids = std::vector<std::int64_t>;

// facts/salesforce 2, 4.
TEST(Stream, BeginsWhereItIsAskedTo) {
  StreamBench bench;
  const std::int64_t a = bench.publish();
  const std::int64_t b = bench.publish();
  const auto all = bench.open("/event/A__e", kReplayAll);
  const auto behind = bench.open("/event/A__e", a);
  const auto fresh = bench.open("/event/A__e");
  const std::int64_t c = bench.publish();
  bench.publish("B__e");
  EXPECT_EQ(ids(all->read(10)), (Ids{a, b, c}));
  EXPECT_EQ(ids(behind->read(1)), Ids{b});
  EXPECT_TRUE(behind->has_more());
  EXPECT_EQ(ids(behind->read(10)), Ids{c});
  EXPECT_FALSE(behind->has_more());
  EXPECT_EQ(ids(fresh->read(10)), Ids{c});
}

TEST(Stream, RefusesInTheWordsOfCometD) {
  StreamBench bench({.only_declared = true,
                     .events = {{"A__e", {}}},
                     .users = {{.username = "u", .id = "005000000000001AAA"},
                               {.username = "v", .has_view_all_data = false, .id = "005000000000002AAA"}}});
  const std::int64_t old = bench.publish();
  bench.run_to(80h);
  EXPECT_EQ(bench.refusal({.channel = "/event/A__e", .replay = old}),
            "400::The replayId {" + std::to_string(old) +
                "} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to "
                "replay only new events.");
  EXPECT_EQ(bench.refusal({.channel = "/event/B__e"}),
            "400::The channel you requested to subscribe to does not exist {/event/B__e}");
  EXPECT_EQ(bench.refusal({.channel = "/data/Nope__chn"}),
            "400::The channel you requested to subscribe to does not exist {/data/Nope__chn}");
  EXPECT_EQ(bench.refusal({.channel = "event/A__e"}),
            "400::Channel subscriptions must start with a leading '/'");
  EXPECT_EQ(bench.refusal({.channel = ""}), "400::Channel name not specified");
  EXPECT_EQ(bench.refusal({.channel = "/data/ChangeEvents", .user_id = "005000000000002AAA"}),
            "403::User not allowed to subscribe CDC without View All Data permissions");
  EXPECT_EQ(bench.refusal({.channel = "/data/ChangeEvents", .user_id = "005000000000001AAA"}), "");
}

TEST(Stream, SharesTheDayWithEveryOtherReader) {
  StreamBench bench({.deliver_per_day = 3});
  const auto one = bench.open("/event/A__e");
  const auto two = bench.open("/event/A__e");
  bench.publish();
  const std::int64_t b = bench.publish();
  EXPECT_EQ(one->read(10).size(), 2U);
  EXPECT_EQ(two->read(10).size(), 1U) << "three deliveries a day";
  EXPECT_TRUE(bench.org.is_delivery_limit_reached());
  EXPECT_TRUE(two->read(10).empty());
  EXPECT_EQ(bench.refusal({.channel = "/event/A__e"}), "403::Organization total events daily limit exceeded");
  bench.run_to(24h);
  EXPECT_EQ(ids(two->read(10)), Ids{b}) << "nothing was skipped";
  EXPECT_EQ(bench.org.limits()[1].name, "DailyDeliveredPlatformEvents");
  EXPECT_EQ(bench.org.limits()[1].remaining, 2);
}

TEST(Stream, AppliesTheFilterOfItsChannel) {
  StreamBench bench({.deliver_per_day = 1,
                     .channels = {{"C__chn", {.members = {{.entity = "A__e", .filter = "N__c > 5"}}}}}});
  Wakes wakes;
  auto opened = bench.org.open({.channel = "/event/C__chn", .listener = &wakes});
  ASSERT_TRUE(opened);
  bench.publish("A__e", R"({"N__c":1})");
  EXPECT_EQ(wakes.count, 0);
  const std::int64_t b = bench.publish("A__e", R"({"N__c":9})");
  bench.publish("B__e", R"({"N__c":9})");
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(ids((*opened)->read(10)), Ids{b}) << "what is kept back is no delivery";
}

TEST(Stream, EndsAnEventThatNoRelayCarries) {
  StreamBench bench;
  auto subscription = bench.open("/event/A__e");
  const auto read = bench.org.publish("A__e", "{}");
  const auto unread = bench.org.publish("A__e", "{}");
  const auto unwanted = bench.org.publish("B__e", "{}");
  EXPECT_EQ(subscription->read(1).size(), 1U);
  subscription.reset();
  bench.run_to(100h);
  EXPECT_EQ(bench.journal.ends_of(read->event_uuid), Lines{"0s delivered salesforce: subscriber"});
  EXPECT_EQ(bench.journal.ends_of(unread->event_uuid),
            Lines{"3d expired salesforce: no subscriber read it in time"});
  EXPECT_EQ(bench.journal.ends_of(unwanted->event_uuid),
            Lines{"0s filtered salesforce: no channel that is relayed carries it"});
}

TEST(Org, DescribesWhatIsDeclared) {
  StreamBench bench(
      {.events =
           {{"A__e",
             {.fields = {{"N__c",
                          {.type = FieldType::Number, .required = true, .precision = 5, .scale = 2}}}}}},
       .objects = {{"Account", {.has_change_events = true}}}});
  const auto event = bench.org.schema().describe("A__e");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->key_prefix, "e01");
  EXPECT_EQ(event->fields.back().name, "N__c");
  EXPECT_TRUE(event->fields.back().is_required);
  EXPECT_EQ(event->schema_id.size(), 22U);
  EXPECT_EQ(bench.org.schema().describe_schema(event->schema_id)->name, "A__e");
  EXPECT_EQ(bench.org.schema().describe("Account")->key_prefix, "001");
  EXPECT_TRUE(bench.org.schema().describe("Other__e")->takes_any_fields);
  EXPECT_FALSE(bench.org.schema().describe("Other"));
  EXPECT_EQ(bench.org.publish("A__e", R"({"N__c":1000})").error().code, "NUMBER_OUTSIDE_VALID_RANGE");
}

TEST(Org, HasOneUserAndOneAppWhenNoneIsDeclared) {
  StreamBench bench;
  const Directory& directory = bench.org.directory();
  ASSERT_NE(directory.user_named("relayrig"), nullptr);
  EXPECT_EQ(directory.user(directory.user_named("relayrig")->id)->username, "relayrig");
  EXPECT_EQ(directory.app("relayrig")->run_as, "relayrig");
  EXPECT_EQ(directory.app("other"), nullptr);
  EXPECT_TRUE(bench.org.count_api_request());
  EXPECT_EQ(bench.org.api_requests().remaining, bench.org.api_requests().max - 1);
}

}  // namespace
}  // namespace emulator::salesforce
