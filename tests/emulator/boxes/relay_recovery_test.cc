#include "tests/emulator/boxes/relay_bench.h"

namespace emulator::relay {
namespace {

// facts/salesforce 6.4.
TEST(RelayRecovery, SkipsWhatItMissedWithLatest) {
  RelayBench bench;
  bench.publish(2);
  bench.run_to(1s);
  bench.relay.lose_position(10s);
  EXPECT_EQ(bench.relay.status(), Status::Error);
  EXPECT_EQ(bench.relay.info().feedback.error_code, "sfdc.platform.eventbus.relay.temporarily.unavailable");
  bench.publish(2);
  bench.run_to(11s);
  bench.publish(1);
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1 2", "11s100ms 5"}));
  EXPECT_EQ(bench.ends(3), "11s lost relay: its position was lost, and ReplayRecovery is LATEST");
  EXPECT_EQ(bench.relay.status(), Status::Running);
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(RelayRecovery, SendsEverythingRetainedAgainWithEarliest) {
  RelayBench bench({.recovery = ReplayRecovery::Earliest});
  bench.publish(2);
  bench.run_to(1s);
  bench.relay.lose_position(10s);
  bench.publish(1);
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1 2", "11s100ms 1 2 3"}));
  EXPECT_EQ(bench.ends(1), "100ms delivered test; 11s100ms delivered test");
  EXPECT_EQ(bench.ends(3), "11s100ms delivered test");
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(RelayRecovery, ForgetsTheLossWhenItIsStopped) {
  RelayBench bench({.recovery = ReplayRecovery::Earliest});
  bench.publish(1);
  bench.run_to(1s);
  bench.relay.lose_position(10s);
  bench.relay.set_state(AdminState::Stop, "test");
  bench.publish(1);
  bench.run_to(1min);
  bench.relay.set_state(AdminState::Run, "test");
  bench.run_to(2min);
  EXPECT_EQ(bench.bus.calls, Lines{"100ms 1"});
  EXPECT_EQ(bench.ends(2), "1m lost relay: stopped");
}

TEST(RelayRecovery, KeepsErrorsThroughAPauseAndForgetsThemAtAStop) {
  RelayBench bench;
  bench.publish(1);
  bench.run_to(1s);
  bench.relay.throttle(true);
  bench.publish(1);
  bench.run_to(2s);
  EXPECT_EQ(bench.relay.info().feedback.status, Status::Error);
  bench.relay.set_state(AdminState::Pause, "test");
  const Feedback paused = bench.relay.info().feedback;
  EXPECT_EQ(paused.status, Status::Paused);
  EXPECT_EQ(paused.error_code, "sfdc.platform.eventbus.relay.aws.partner.eventsource.connect.error");
  EXPECT_EQ(paused.error_time, monday() + 1s + 100ms);
  EXPECT_EQ(paused.last_relayed_event_time, monday());
  bench.relay.set_state(AdminState::Stop, "test");
  const Feedback stopped = bench.relay.info().feedback;
  EXPECT_EQ(stopped.error_code, "");
  EXPECT_EQ(stopped.last_relayed_event_time, std::nullopt);
  EXPECT_EQ(stopped.remote_resource, bench.relay.source());
}

TEST(RelayRecovery, WaitsForTheNextDayAtTheDeliveryLimit) {
  RelayBench bench({.retry_base = 1h, .retry_wait_max = 1h}, {.deliver_per_day = 2});
  bench.publish(3);
  bench.run_to(23h);
  EXPECT_EQ(bench.bus.calls, Lines{"100ms 1 2"});
  EXPECT_EQ(bench.relay.info().feedback.error_code,
            "sfdc.platform.eventbus.relay.event.delivery.limit.error");
  bench.run_to(25h);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1 2", "1d200ms 3"}));
  EXPECT_EQ(bench.relay.status(), Status::Running);
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(RelayRecovery, CountsARefusedEventOnce) {
  RelayBench bench({}, {.deliver_per_day = 2});
  bench.bus.script = {"xx", "xx"};
  bench.publish(2);
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1x 2x", "1s100ms 1x 2x", "3s100ms 1 2"}));
}

/// An event of about `bytes`, with its number.
void publish_large(RelayBench& bench, std::size_t bytes) {
  const std::string fields =
      R"({"Pad__c":")" + std::string(bytes, 'x') + R"(","N__c":)" + std::to_string(++bench.published) + "}";
  ASSERT_TRUE(bench.org.publish("Order_Placed__e", fields));
}

TEST(RelayRecovery, TreatsAnOversizeEventAsItIsSet) {
  struct Case {
    Oversize oversize;
    Lines calls;
    Status status;
    std::string end_of_2;
  };
  const Case cases[] = {
      {Oversize::Drop,
       {"100ms 1 3"},
       Status::Running,
       "100ms lost relay: larger than an entry of the bus may be"},
      {Oversize::Error, {"100ms 1"}, Status::Error, ""},
      {Oversize::Block, {"100ms 1"}, Status::Running, ""},
  };
  for (const Case& c : cases) {
    RelayBench bench({.entry_bytes_max = 2'000, .oversize = c.oversize});
    bench.publish();
    publish_large(bench, 3'000);
    bench.publish();
    bench.run_to(10min);
    EXPECT_EQ(bench.bus.calls, c.calls);
    EXPECT_EQ(bench.relay.status(), c.status);
    EXPECT_EQ(bench.ends(2), c.end_of_2);
  }
}

TEST(RelayRecovery, DropsWhatTheBusRefusesIfItIsSetSo) {
  RelayBench bench({.refusal = Refusal::Drop});
  bench.bus.script = {".x."};
  bench.publish(3);
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, Lines{"100ms 1 2x 3"});
  EXPECT_EQ(bench.ends(2), "100ms lost relay: the bus refused it");
  EXPECT_EQ(bench.relay.status(), Status::Running);
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(RelayRecovery, DoesNotSupportEnrichmentUnlessItIsSetSo) {
  for (const bool is_allowed : {false, true}) {
    RelayBench bench(
        {.channel = "C__chn", .allows_enrichment = is_allowed},
        {.channels = {{"C__chn", {.members = {{.entity = "AccountChangeEvent", .enriched = {"Name"}}}}}}});
    ASSERT_TRUE(
        bench.org.capture(R"({"ChangeEventHeader":{"entityName":"Account","recordIds":["a"]},"N__c":1})"));
    bench.run_to(1min);
    EXPECT_EQ(bench.bus.calls, is_allowed ? Lines{"100ms 1"} : Lines{});
    EXPECT_EQ(bench.relay.info().feedback.error_code,
              is_allowed ? "" : "sfdc.platform.eventbus.relay.feature.not.supported");
  }
}

TEST(RelayRecovery, ChangesItsStateAfterAWhileIfItIsSetSo) {
  RelayBench bench({.state_delay = 2min});
  bench.run_to(1s);
  bench.relay.set_state(AdminState::Pause, "test");
  bench.run_to(2min);
  EXPECT_EQ(bench.relay.status(), Status::Running);
  bench.run_to(2min + 1s);
  EXPECT_EQ(bench.relay.status(), Status::Paused);
}

TEST(RelayRecovery, GivesUpWhatIsLeftWhenItIsDeleted) {
  RelayBench bench;
  bench.publish(1);
  bench.relay.give_up_all();
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, Lines{});
  EXPECT_EQ(bench.ends(1), "0s lost relay: deleted");
}

}  // namespace
}  // namespace emulator::relay
