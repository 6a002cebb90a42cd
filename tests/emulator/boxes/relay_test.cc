#include "emulator/relay/relay.h"

#include <gtest/gtest.h>

#include "tests/emulator/boxes/relay_bench.h"

namespace emulator::relay {
namespace {

std::string numbers(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += " " + std::to_string(i);
  return text;
}

TEST(Relay, HandsOverInOrderAndInBatchesOfTwenty) {
  RelayBench bench;
  bench.publish(45);
  bench.run_to(1s);
  EXPECT_EQ(bench.bus.calls,
            (Lines{"100ms" + numbers(1, 20), "200ms" + numbers(21, 40), "300ms" + numbers(41, 45)}));
  EXPECT_TRUE(bench.journal.is_balanced());
  EXPECT_EQ(bench.relay.status(), Status::Running);
}

TEST(Relay, CallsItselfThePartnerSourceOfItsOrg) {
  RelayBench bench;
  EXPECT_TRUE(bench.relay.source().starts_with("aws.partner/salesforce.com/" + bench.org.org_id() + "/0YL"));
  EXPECT_EQ(bench.relay.source().size(), std::string("aws.partner/salesforce.com/").size() + 18 + 1 + 18);
  bench.publish();
  bench.run_to(1s);
  EXPECT_EQ(bench.bus.entries_seen[0].source, bench.relay.source());
  EXPECT_EQ(bench.bus.entries_seen[0].detail_type, "Order_Placed__e");
}

TEST(Relay, WritesTheDetailInThreeProfiles) {
  const auto detail = [](EnvelopeProfile profile) {
    RelayBench bench({.envelope = profile});
    bench.publish();
    bench.run_to(1s);
    std::string text = bench.bus.entries_seen.at(0).detail;
    const auto name = [&text](const std::string& value, const std::string& as) {
      for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value))
        text.replace(at, value.size(), as);
    };
    const auto stored = bench.org.read_after("Events__chn", 0, 1).at(0);
    name(stored->payload, "{PAYLOAD}");
    name(stored->schema_id, "SCHEMA");
    name(stored->uuid, "UUID");
    name(std::to_string(stored->replay_id), "REPLAY");
    EXPECT_EQ(stored->schema_id.size(), 22u);
    return text;
  };
  EXPECT_EQ(detail(EnvelopeProfile::PayloadOnly), R"({"payload":{PAYLOAD}})");
  EXPECT_EQ(detail(EnvelopeProfile::PubSub), R"({"payload":{PAYLOAD},"schemaId":"SCHEMA","id":"UUID"})");
  EXPECT_EQ(
      detail(EnvelopeProfile::CometD),
      R"({"schema":"SCHEMA","payload":{PAYLOAD},"event":{"EventUuid":"UUID","replayId":REPLAY,"EventApiName":"Order_Placed__e"}})");
}

TEST(Relay, KeepsItsPositionWhilePaused) {
  RelayBench bench;
  bench.publish(2);
  bench.run_to(1s);
  bench.relay.set_state(AdminState::Pause, "test");
  bench.publish(2);
  bench.run_to(10min);
  EXPECT_EQ(bench.bus.calls.size(), 1u);
  bench.relay.set_state(AdminState::Run, "test");
  bench.run_to(11min);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1 2", "10m100ms 3 4"}));
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s Events__chn STOPPED -> RUNNING", "1s Events__chn RUNNING -> PAUSED",
                   "10m Events__chn PAUSED -> RUNNING"}));
}

TEST(Relay, LosesWhatIsPublishedWhileItIsStopped) {
  RelayBench bench;
  bench.publish();
  bench.run_to(1s);
  bench.relay.set_state(AdminState::Stop, "test");
  bench.publish(2);
  bench.run_to(10s);
  bench.relay.set_state(AdminState::Run, "test");
  bench.publish();
  bench.run_to(20s);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1", "10s100ms 4"}));
  EXPECT_EQ(bench.ends(2), "10s lost relay: stopped");
  EXPECT_EQ(bench.ends(3), "10s lost relay: stopped");
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, EndsAnEventOnceWhenItIsStoppedBetweenReadingAndSending) {
  RelayBench bench;
  bench.publish(2);
  bench.run_to(50ms);
  bench.relay.set_state(AdminState::Stop, "test");
  bench.relay.set_state(AdminState::Run, "test");
  bench.run_to(1s);
  EXPECT_EQ(bench.bus.calls, Lines{});
  EXPECT_EQ(bench.ends(1), "50ms lost relay: stopped");
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, ExpiresWhatIsOlderThanTheRetention) {
  RelayBench bench;
  bench.relay.set_state(AdminState::Pause, "test");
  bench.publish();
  bench.run_to(2h);
  bench.publish();
  bench.run_to(73h);
  bench.relay.set_state(AdminState::Run, "test");
  bench.run_to(74h);
  EXPECT_EQ(bench.ends(1), "3d1h expired relay: older than the retention");
  EXPECT_EQ(bench.bus.calls, Lines{"3d1h100ms 2"});
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, GoesIntoErrorWithGrowingWaitsAndComesBackInOrder) {
  RelayBench bench({.retry_base = 1s, .retry_wait_max = 3s});
  bench.bus.script = {"xx", "xx", "xx", "xx"};
  bench.publish(2);
  bench.run_to(500ms);
  EXPECT_EQ(bench.relay.status(), Status::Error);
  bench.publish(1);
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1x 2x", "1s100ms 1x 2x", "3s100ms 1x 2x", "6s100ms 1x 2x",
                                    "9s100ms 1 2", "9s200ms 3"}));
  EXPECT_EQ(bench.journal.timeline(Stage::Relay)[8], "9s100ms bus #5 ok 200");
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s Events__chn STOPPED -> RUNNING", "100ms Events__chn RUNNING -> ERROR",
                   "9s100ms Events__chn ERROR -> RUNNING"}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, SendsAgainOnlyWhatTheBusRefusedOfACall) {
  RelayBench bench;
  bench.bus.script = {".x.x"};
  bench.publish(4);
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1 2x 3 4x", "1s100ms 2 4"}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, SendsNothingTwiceWhenItIsPausedInTheMiddleOfACall) {
  RelayBench bench;
  bench.bus.script = {".x.x"};
  bench.publish(4);
  bench.run_to(500ms);
  bench.relay.set_state(AdminState::Pause, "test");
  bench.publish(1);
  bench.run_to(1h);
  bench.relay.set_state(AdminState::Run, "test");
  bench.run_to(2h);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1 2x 3 4x", "1h100ms 2 4 5"}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, EndsEachEventOnceWhateverInterruptsAnError) {
  struct Case {
    const char* name;
    std::function<void(RelayBench&)> interrupt;
    std::string end_of_2;
  };
  const Case cases[] = {
      {"stopped and run again before the next attempt",
       [](RelayBench& b) {
         b.relay.set_state(AdminState::Stop, "test");
         b.relay.set_state(AdminState::Run, "test");
       },
       "500ms lost relay: stopped"},
      {"stopped for an hour",
       [](RelayBench& b) {
         b.relay.set_state(AdminState::Stop, "test");
         b.run_to(1h);
         b.relay.set_state(AdminState::Run, "test");
       },
       "1h lost relay: stopped"},
      // Waits of 1, 2, 4 .. 256 s, then of 300 s: the first attempt after three days is at 0.1 + 511 + 863 *
      // 300 s.
      {"older than the retention at an attempt", [](RelayBench& b) { b.bus.script.assign(2000, "xxxx"); },
       "3d3m31s100ms expired relay: older than the retention"},
      {"paused for longer than the retention",
       [](RelayBench& b) {
         b.relay.set_state(AdminState::Pause, "test");
         b.run_to(80h);
         b.relay.set_state(AdminState::Run, "test");
       },
       "3d8h expired relay: older than the retention"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RelayBench bench;
    bench.bus.script = {".x.x"};
    bench.publish(4);
    bench.run_to(500ms);
    c.interrupt(bench);
    bench.run_to(90h);
    EXPECT_EQ(bench.ends(1), "100ms delivered test");
    EXPECT_EQ(bench.ends(2), c.end_of_2);
    EXPECT_EQ(bench.ends(3), "100ms delivered test");
    EXPECT_EQ(bench.ends(4), c.end_of_2);
    bench.bus.script.clear();
    bench.publish();
    bench.run_to(91h);
    EXPECT_TRUE(bench.ends(5).ends_with(" delivered test")) << "and it goes on";
    EXPECT_TRUE(bench.journal.is_balanced());
  }
}

TEST(Relay, EndsAnEventOnceWhenItIsStoppedDuringACall) {
  RelayBench bench;
  bench.bus.takes = 1s;
  bench.bus.script = {".x"};
  bench.publish(2);
  bench.run_to(500ms);
  bench.relay.set_state(AdminState::Stop, "test");
  bench.relay.set_state(AdminState::Run, "test");
  bench.run_to(1min);
  EXPECT_EQ(bench.ends(1), "1s100ms delivered test");
  EXPECT_EQ(bench.ends(2), "1s100ms lost relay: refused while it was skipped");
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, SendsTheNextEventsTwiceWhenToldTo) {
  RelayBench bench;
  bench.relay.duplicate_next(3);
  bench.publish(2);
  bench.run_to(1s);
  bench.publish(2);
  bench.run_to(2s);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1 2", "100ms 1 2", "1s100ms 3 4", "1s100ms 3"}));
  EXPECT_EQ(bench.bus.entries_seen[0].detail, bench.bus.entries_seen[2].detail) << "the same payload";
  EXPECT_EQ(bench.ends(3), "1s100ms delivered test; 1s100ms delivered test");
  EXPECT_EQ(bench.ends(4), "1s100ms delivered test");
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, DropsADuplicateThatTheBusRefuses) {
  RelayBench bench;
  bench.relay.duplicate_next(1);
  bench.bus.script = {".", "x"};
  bench.publish();
  bench.run_to(1min);
  EXPECT_EQ(bench.bus.calls, (Lines{"100ms 1", "100ms 1x"}));
  EXPECT_EQ(bench.ends(1), "100ms delivered test; 100ms filtered relay: duplicate refused");
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Relay, RelaysNothingBeforeItIsRun) {
  for (const AdminState state : {AdminState::Stop, AdminState::Pause}) {
    RelayBench bench({.state = state});
    EXPECT_EQ(bench.relay.status(), state == AdminState::Stop ? Status::Stopped : Status::Paused);
    bench.publish();
    bench.run_to(1h);
    EXPECT_EQ(bench.bus.calls, Lines{});
    bench.relay.set_state(AdminState::Run, "test");
    bench.run_to(2h);
    EXPECT_EQ(bench.bus.calls, state == AdminState::Stop ? Lines{} : Lines{"1h100ms 1"});
  }
}

TEST(Relay, ReadsItsOwnChannelOnly) {
  RelayBench bench({.channel = "Orders__chn"},
                   {.channels = {{"Orders__chn", {.members = {{.entity = "Order_Placed__e"}}}}}});
  bench.publish();
  ASSERT_TRUE(bench.org.publish("Other__e", R"({"N__c":99})"));
  bench.publish();
  bench.run_to(80h);
  EXPECT_EQ(bench.bus.calls, Lines{"100ms 1 2"});
  EXPECT_EQ(bench.ends(2), "0s filtered salesforce: no channel that is relayed carries it");
  EXPECT_TRUE(bench.journal.is_balanced());
}

}  // namespace
}  // namespace emulator::relay
