#include "emulator/bus/archives.h"

#include <gtest/gtest.h>

#include "tests/emulator/bus/bus_support.h"

namespace emulator::bus {
namespace {

using kernel::Stage;

const std::string kArchive = archive_arn("kept");

EventBridgeConfig archived(std::string pattern = {}, std::int64_t retention_days = 0) {
  return {
      .partner = {
          .rules = {rule("orders", kOrders, {to_queue("audit")})},
          .archives = {{.name = "kept", .pattern = std::move(pattern), .retention_days = retention_days}}}};
}

StartReplayRequest all_of(std::string name) {
  return {.name = std::move(name),
          .event_source_arn = kArchive,
          .destination_arn = bus_arn(kSource),
          .from = monday(),
          .to = monday() + 24h};
}

std::string state_of(BusBench& bench, const std::string& replay) {
  const auto found = bench.bus->archives().describe_replay(replay);
  return found ? std::string(to_text(found->state)) : said(found);
}

TEST(Archive, KeepsWhatItsPatternWantsAndCountsIt) {
  BusBench bench(archived(R"({"detail":{"payload":{"City__c":["Graz"]}}})"));
  bench.put("a");
  bench.put("b", R"({"payload":{"City__c":"Wien"}})");
  const auto kept = bench.bus->archives().describe_archive("kept");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->event_count, 1);
  EXPECT_EQ(kept->size_bytes, static_cast<std::int64_t>(bench.received("audit")[0].body.size()));
  EXPECT_EQ(kept->arn, "arn:aws:events:us-east-1:123456789012:archive/kept");
  EXPECT_EQ(kept->state, "ENABLED");
  EXPECT_TRUE(bench.journal.is_balanced()) << "an archive is no branch of the event";
  EXPECT_EQ(bench.journal.timeline(Stage::Bus)[0], "0s archive kept #1 ok 0");
}

TEST(Archive, KeepsWhatNoOtherRuleWants) {
  EventBridgeConfig config = archived();
  config.partner.rules.clear();
  BusBench bench(config);
  bench.put();
  EXPECT_EQ(bench.bus->archives().describe_archive("kept")->event_count, 1);
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s filtered bus: no rule matched"});
}

TEST(Archive, DropsWhatIsOlderThanItsRetention) {
  BusBench bench(archived({}, 1));
  bench.put("a");
  bench.run_to(1h);
  bench.put("b");
  bench.run_to(24h - 1ns);
  EXPECT_EQ(bench.bus->archives().describe_archive("kept")->event_count, 2);
  bench.run_to(24h);
  EXPECT_EQ(bench.bus->archives().describe_archive("kept")->event_count, 1);
  bench.run_to(25h);
  EXPECT_EQ(bench.bus->archives().list_archives({})->items[0].size_bytes, 0);
}

TEST(Archive, IsFedByAManagedRuleThatReplaysDoNotMatch) {
  BusBench bench(archived(kOrders));
  const auto managed = bench.bus->rules().describe_rule("Events-Archive-kept", kSource);
  ASSERT_TRUE(managed);
  EXPECT_EQ(managed->event_pattern,
            R"({"detail-type":["Order_Placed__e"],"replay-name":[{"exists":false}]})");
  EXPECT_EQ(managed->managed_by, "prod.vhs.events.aws.internal");
  const std::string error =
      "400 ManagedRuleException Rule Events-Archive-kept is managed by prod.vhs.events.aws.internal.";
  EXPECT_EQ(said(bench.bus->rules().enable_rule("Events-Archive-kept", kSource, false)), error);
  EXPECT_EQ(said(bench.bus->rules().delete_rule("Events-Archive-kept", kSource, false)), error);
  EXPECT_EQ(said(bench.bus->rules().put_targets("Events-Archive-kept", kSource, {to_function().spec})),
            error);
  ASSERT_TRUE(bench.bus->archives().delete_archive("kept"));
  EXPECT_FALSE(bench.bus->rules().describe_rule("Events-Archive-kept", kSource));
  bench.put();
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s delivered bus: queue audit"});
}

TEST(Archive, TakesAnotherPatternAndRetentionAndIsRefusedInTheServicesWords) {
  BusBench bench(archived(kOrders, 3));
  ArchiveKeeper& archives = bench.bus->archives();
  EXPECT_EQ(said(archives.update_archive({.name = "kept", .event_pattern = kOthers, .description = "d"})),
            "ok");
  bench.put();
  EXPECT_EQ(archives.describe_archive("kept")->event_count, 0);
  EXPECT_EQ(archives.describe_archive("kept")->retention_days, 3);
  EXPECT_EQ(archives.describe_archive("kept")->description, "d");
  struct Row {
    CreateArchiveRequest request;
    std::string error;
  };
  const std::string bus = bus_arn(kSource);
  const Row rows[] = {
      {{.name = "kept", .event_source_arn = bus},
       "ResourceAlreadyExistsException Archive kept already exists."},
      {{.name = std::string(49, 'x'), .event_source_arn = bus},
       "ValidationException 1 validation error detected: Value '" + std::string(49, 'x') +
           "' at 'archiveName' failed to satisfy constraint: Member must have length less than or equal to "
           "48"},
      {{.name = "a", .event_source_arn = bus_arn("nope")},
       "ResourceNotFoundException Event bus nope does not exist."},
      {{.name = "a", .event_source_arn = "nope"},
       "ValidationException Parameter EventSourceArn is not valid. Reason: Must contain an event bus ARN."},
      {{.name = "a", .event_source_arn = bus, .retention_days = -1},
       "ValidationException 1 validation error detected: Value '-1' at 'retentionDays' failed to satisfy "
       "constraint: Member must have value greater than or equal to 0"},
      {{.name = "a", .event_source_arn = bus, .event_pattern = "{}"},
       "InvalidEventPatternException Event pattern is not valid. Reason: Empty objects are not allowed"}};
  for (const Row& row : rows) {
    const std::string answer = said(archives.create_archive(row.request));
    EXPECT_EQ(answer.substr(0, answer.find('\n')), "400 " + row.error) << "clients compare the first line";
  }
  const std::string gone = "400 ResourceNotFoundException Archive nope does not exist.";
  EXPECT_EQ(said(archives.describe_archive("nope")), gone);
  EXPECT_EQ(said(archives.update_archive({.name = "nope"})), gone);
  EXPECT_EQ(said(archives.delete_archive("nope")), gone);
}

TEST(Replay, SendsAgainMinuteByMinuteAsABranchOfTheSameEvent) {
  BusBench bench(archived());
  bench.put("a");  // stands at 09:00:01
  bench.run_to(59s);
  bench.put("b");  // 09:01:00
  bench.run_to(10min);
  const auto begun = bench.bus->archives().start_replay(all_of("again"));
  ASSERT_TRUE(begun) << said(begun);
  EXPECT_EQ(begun->arn, "arn:aws:events:us-east-1:123456789012:replay/again");
  EXPECT_EQ(state_of(bench, "again"), "STARTING");
  bench.run_to(10min + 999ms);
  EXPECT_EQ(bench.journal.at("a").branches_open, 0);
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.ends_of("a"),
            (Lines{"0s delivered bus: queue audit", "10m1s delivered bus: queue audit"}));
  EXPECT_EQ(bench.journal.ends_of("b"),
            (Lines{"59s delivered bus: queue audit", "10m2s delivered bus: queue audit"}))
      << "the next minute takes its turn";
  EXPECT_TRUE(bench.journal.is_balanced());
  EXPECT_EQ(bench.journal.transitions[2], "10m again  -> STARTING");
  EXPECT_EQ(bench.journal.transitions[3], "10m1s again STARTING -> RUNNING");
  EXPECT_EQ(bench.journal.transitions[4], "10m3s again RUNNING -> COMPLETED");
  const auto ended = bench.bus->archives().describe_replay("again");
  EXPECT_EQ(kernel::iso_seconds(*ended->last_replayed), "2026-01-05T09:01:00Z");
  EXPECT_EQ(kernel::iso_seconds(*ended->ended), "2026-01-05T09:10:03Z");
  const auto messages = bench.received("audit");
  ASSERT_EQ(messages.size(), 4u);
  const std::string& first = messages[0].body;
  const std::size_t place = first.find(R"("region":"us-east-1",)") + 21;
  EXPECT_EQ(messages[2].body, first.substr(0, place) + R"("replay-name":"again",)" + first.substr(place));
  EXPECT_EQ(bench.bus->archives().describe_archive("kept")->event_count, 2) << "replays are not kept again";
}

TEST(Replay, TakesEventsByTheirOwnTimeBothEndsIncluded) {
  BusBench bench(archived());
  for (const auto& [at, name] :
       {std::pair{0s, "a"}, std::pair{9s, "b"}, std::pair{19s, "c"}, std::pair{20s, "d"}}) {
    bench.run_to(at);
    bench.put(name);  // stands one second later
  }
  StartReplayRequest request = all_of("some");
  request.from = monday() + 10s;
  request.to = monday() + 20s;
  ASSERT_TRUE(bench.bus->archives().start_replay(request));
  bench.run_to(1h);
  std::string again;
  for (const char* name : {"a", "b", "c", "d"}) {
    if (bench.journal.ends_of(name).size() == 2) again += name;
  }
  EXPECT_EQ(again, "bc");
}

TEST(Replay, KeepsNoOrderWithinAMinuteButTheSameOneForASeed) {
  const auto order = [](const std::string& replay) {
    BusBench bench(archived());
    for (char name = 'a'; name <= 'h'; ++name) bench.put(std::string(1, name));
    bench.run_to(5min);
    CHECK(bench.bus->archives().start_replay(all_of(replay)).has_value());
    bench.run_to(1h);
    std::string names;
    for (const auto& hop : bench.journal.hops) {
      if (hop.from == "archive kept") names += hop.event;
    }
    return names;
  };
  EXPECT_EQ(order("one"), order("one"));
  EXPECT_NE(order("one"), "abcdefgh");
  EXPECT_NE(order("one"), order("two"));
  EXPECT_EQ(order("one").size(), 8u);
}

TEST(Replay, GoesOnlyToTheRulesItIsFor) {
  EventBridgeConfig config = archived();
  config.partner.rules.push_back(rule("others", kOrders, {to_function()}));
  BusBench bench(config);
  bench.put();
  StartReplayRequest request = all_of("filtered");
  request.rule_arns = {rule_arn(kSource, "others")};
  ASSERT_TRUE(bench.bus->archives().start_replay(request));
  bench.run_to(1h);
  EXPECT_EQ(bench.functions.accepted.size(), 2u);
  EXPECT_EQ(bench.received("audit").size(), 1u);
}

TEST(Replay, IsMatchedByItsName) {
  EventBridgeConfig config = archived();
  config.partner.rules = {rule("replays", R"({"replay-name":["again"]})", {to_function()}),
                          rule("first", R"({"replay-name":[{"exists":false}]})", {to_queue("audit")})};
  BusBench bench(config);
  bench.put();
  for (const char* name : {"again", "other"}) ASSERT_TRUE(bench.bus->archives().start_replay(all_of(name)));
  bench.run_to(1h);
  EXPECT_EQ(bench.functions.accepted.size(), 1u);
  EXPECT_EQ(bench.received("audit").size(), 1u);
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            (Lines{"0s delivered bus: queue audit", "1s filtered bus: no rule matched"}));
}

TEST(Replay, StopsAfterTheMinuteUnderWayWhenItIsCancelled) {
  BusBench bench(archived());
  bench.put("a");
  bench.run_to(5min);
  bench.put("b");
  ArchiveKeeper& archives = bench.bus->archives();
  ASSERT_TRUE(archives.start_replay(all_of("again")));
  bench.run_to(5min + 1500ms);
  const auto cancelled = archives.cancel_replay("again");
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->state, ReplayState::Cancelling);
  EXPECT_EQ(said(archives.cancel_replay("again")),
            "400 IllegalStatusException Replay again is not in a valid state for this operation.");
  bench.run_to(1h);
  EXPECT_EQ(state_of(bench, "again"), "CANCELLED");
  EXPECT_EQ(bench.journal.ends_of("a").size(), 2u);
  EXPECT_EQ(bench.journal.ends_of("b").size(), 1u);
  ASSERT_TRUE(archives.start_replay(all_of("never")));
  ASSERT_TRUE(archives.cancel_replay("never")) << "before it has begun";
  bench.run_to(2h);
  EXPECT_EQ(state_of(bench, "never"), "CANCELLED");
  EXPECT_EQ(bench.journal.ends_of("a").size(), 2u);
}

TEST(Replay, IsRefusedInTheServicesWords) {
  EventBridgeConfig config = archived();
  config.replay.active_max = 2;
  BusBench bench(config);
  ArchiveKeeper& archives = bench.bus->archives();
  const auto with = [](auto&& change) {
    StartReplayRequest request = all_of("x");
    change(request);
    return request;
  };
  struct Row {
    StartReplayRequest request;
    std::string error;
  };
  const Row rows[] = {
      {with([](auto& r) { r.name = "a b"; }),
       "400 ValidationException 1 validation error detected: Value 'a b' at 'replayName' failed to satisfy "
       "constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"},
      {with([](auto& r) { r.event_source_arn = archive_arn("nope"); }),
       "400 ValidationException Parameter EventSourceArn is not valid. Reason: Archive nope does not exist."},
      {with([](auto& r) { r.destination_arn = "nope"; }),
       "400 ValidationException Parameter Destination.Arn is not valid. Reason: Must contain an event bus "
       "ARN."},
      {with([](auto& r) { r.destination_arn = bus_arn("default"); }),
       "400 ValidationException Parameter Destination.Arn is not valid. Reason: Cross event bus replay is "
       "not "
       "permitted."},
      {with([](auto& r) { r.to = r.from; }),
       "400 ValidationException Parameter EventEndTime is not valid. Reason: EventStartTime must be before "
       "EventEndTime."},
      {all_of("one"), "ok"},
      {all_of("one"), "400 ResourceAlreadyExistsException Replay one already exists."},
      {all_of("two"), "ok"},
      {all_of("three"),
       "400 LimitExceededException The requested resource exceeds the maximum number allowed."}};
  for (const Row& row : rows) EXPECT_EQ(said(archives.start_replay(row.request)), row.error);
  EXPECT_EQ(said(archives.describe_replay("nope")),
            "400 ResourceNotFoundException Replay nope does not exist.");
  EXPECT_EQ(said(archives.cancel_replay("nope")),
            "400 ResourceNotFoundException Replay nope does not exist.");
  EXPECT_EQ(archives.list_replays({})->items.size(), 2u);
  bench.run_to(1h);
  EXPECT_EQ(said(archives.start_replay(all_of("three"))), "ok") << "the others are over";
  EXPECT_EQ(said(archives.cancel_replay("one")),
            "400 IllegalStatusException Replay one is not in a valid state for this operation.");
}

TEST(Replay, KeepsResourcesAndTheDetailOfEventsFromPutEvents) {
  EventBridgeConfig config{.buses = {{.name = "default",
                                      .rules = {rule("two", R"({"resources":["arn:two"],"detail":{"a":[1]}})",
                                                     {to_queue("audit")})},
                                      .archives = {{.name = "kept"}}}}};
  BusBench bench(config);
  ASSERT_TRUE(bench.bus->put_events({.entries = {{.source = "shop",
                                                  .detail_type = "Order",
                                                  .detail = R"({"a":1})",
                                                  .resources = {"arn:one", "arn:two"}}}}));
  StartReplayRequest request = all_of("again");
  request.destination_arn = bus_arn("default");
  ASSERT_TRUE(bench.bus->archives().start_replay(request));
  bench.run_to(1h);
  EXPECT_EQ(bench.received("audit").size(), 2u);
}

}  // namespace
}  // namespace emulator::bus
