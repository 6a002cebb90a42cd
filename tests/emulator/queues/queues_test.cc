// Standard queues: visibility, handles, delay, retention, hops.
#include "emulator/queues/queues.h"

#include "tests/emulator/queues/queues_support.h"

namespace emulator::queues {
namespace {

using kernel::Stage;

struct StandardBench : QueuesBench {
  StandardBench()
      : QueuesBench({{.name = "orders"},
                     {.name = "short", .visibility = 5s, .retention = 60s, .message_bytes_max = 1024},
                     {.name = "late", .delay = 10s}}) {}
};

TEST(Queues, HideAReceivedMessageForTheVisibilityTimeout) {
  StandardBench bench;
  bench.send("orders", "a");
  bench.run_to(10s);
  EXPECT_EQ(bench.bodies("orders"), Lines{"a #1"});
  bench.run_to(40s - 1ns);
  EXPECT_EQ(bench.bodies("orders"), Lines{});
  EXPECT_EQ(bench.queues.depth("orders"), 1u) << "hidden, but held";
  bench.run_to(40s);
  EXPECT_EQ(bench.bodies("orders"), Lines{"a #2"});
}

TEST(Queues, TakeAVisibilityTimeoutOfOneReceive) {
  StandardBench bench;
  bench.send("orders", "a");
  const auto got = support::run(bench.scheduler, bench.queues.receive({.queue = "orders", .visibility = 2s}));
  ASSERT_EQ(got->size(), 1u);
  bench.run_to(2s - 1ns);
  EXPECT_EQ(bench.bodies("orders"), Lines{});
  bench.run_to(2s);
  EXPECT_EQ(bench.bodies("orders"), Lines{"a #2"});
}

TEST(Queues, HandOutAtMostWhatIsAskedForOldestFirst) {
  StandardBench bench;
  for (const char* body : {"a", "b", "c"}) bench.send("orders", body);
  EXPECT_EQ(bench.bodies("orders", 2), (Lines{"a #1", "b #1"}));
  EXPECT_EQ(bench.bodies("orders", 2), Lines{"c #1"});
}

TEST(Queues, RemoveOnlyByTheNewestHandle) {
  StandardBench bench;
  bench.send("orders", "a");
  const std::string first = bench.handle("orders");
  bench.run_to(30s);
  const std::string second = bench.handle("orders");
  EXPECT_NE(first, second);
  EXPECT_EQ(error_of(bench.queues.remove("orders", first)), "") << "no error on a standard queue";
  EXPECT_EQ(bench.queues.depth("orders"), 1u) << "but the message stays";
  bench.run_to(90s);
  EXPECT_EQ(error_of(bench.queues.remove("orders", second)), "")
      << "its visibility timeout is over, and it is the newest";
  EXPECT_EQ(bench.queues.depth("orders"), 0u);
  EXPECT_EQ(error_of(bench.queues.remove("orders", second)), "") << "removing twice is no error";
  EXPECT_EQ(error_of(bench.queues.remove("unknown", second)),
            "QueueDoesNotExist 400: The specified queue does not exist.");
}

TEST(Queues, RefuseWhatIsNoHandleOfTheirs) {
  StandardBench bench;
  bench.send("orders", "a");
  const std::string handle = bench.handle("orders");
  for (const std::string& wrong :
       {std::string("nonsense"), handle + "x", handle.substr(0, 36), std::string{}}) {
    const std::string error = "ReceiptHandleIsInvalid 404: The input receipt handle \"" + wrong +
                              "\" is not a valid receipt handle.";
    EXPECT_EQ(error_of(bench.queues.remove("orders", wrong)), error);
    EXPECT_EQ(error_of(bench.queues.change_visibility("orders", wrong, 1s)), error);
  }
  EXPECT_TRUE(error_of(bench.queues.remove("short", handle)).starts_with("ReceiptHandleIsInvalid 404"))
      << "of another queue";
}

TEST(Queues, ForgetMessagesAfterTheRetention) {
  StandardBench bench;
  bench.send("short", "a");
  bench.run_to(30s);
  bench.send("short", "b");
  bench.run_to(60s - 1ns);
  EXPECT_EQ(bench.queues.depth("short"), 2u);
  bench.run_to(60s);
  EXPECT_EQ(bench.bodies("short"), Lines{"b #1"});
  bench.run_to(90s);
  EXPECT_EQ(bench.queues.depth("short"), 0u) << "received or not";
}

TEST(Queues, DelayMessagesAsTheQueueOrTheMessageSays) {
  StandardBench bench;
  bench.send("late", "queue");
  bench.queues.send("late", {.body = "own", .delay = 3s});
  bench.queues.send("late", {.body = "none", .delay = 0s});
  EXPECT_EQ(bench.bodies("late"), Lines{"none #1"});
  bench.run_to(3s - 1ns);
  EXPECT_EQ(bench.bodies("late"), Lines{});
  bench.run_to(3s);
  EXPECT_EQ(bench.bodies("late"), Lines{"own #1"});
  bench.run_to(10s - 1ns);
  EXPECT_EQ(bench.bodies("late"), Lines{});
  bench.run_to(10s);
  EXPECT_EQ(bench.bodies("late"), Lines{"queue #1"});
}

TEST(Queues, CountVisibilityFromTheChangeOn) {
  StandardBench bench;
  bench.send("orders", "a");
  const std::string handle = bench.handle("orders");
  bench.run_to(20s);
  EXPECT_EQ(error_of(bench.queues.change_visibility("orders", handle, 60s)), "");
  bench.run_to(80s - 1ns);
  EXPECT_EQ(bench.bodies("orders"), Lines{});
  bench.run_to(80s);
  EXPECT_EQ(bench.bodies("orders"), Lines{"a #2"});
}

TEST(Queues, RefuseAVisibilityThatCannotBe) {
  StandardBench bench;
  bench.send("orders", "a");
  const std::string handle = bench.handle("orders");
  const auto change = [&](std::chrono::seconds visibility) {
    return error_of(bench.queues.change_visibility("orders", handle, visibility));
  };
  EXPECT_EQ(
      change(43'201s),
      "InvalidParameterValueException 400: Value 43201 for parameter VisibilityTimeout is invalid. Reason: "
      "VisibilityTimeout must be an integer between 0 and 43200");
  bench.run_to(20s);
  EXPECT_EQ(change(43'180s), "") << "twelve hours in all";
  EXPECT_EQ(
      change(43'181s),
      "InvalidParameterValueException 400: Value 43181 for parameter VisibilityTimeout is invalid. Reason: "
      "Total VisibilityTimeout for the message is beyond the limit [43200 seconds].");
  EXPECT_EQ(change(0s), "");
  EXPECT_EQ(change(10s), "MessageNotInflight 400: The specified message is not in flight.")
      << "visible again";
  EXPECT_EQ(bench.bodies("orders"), Lines{"a #2"});
  EXPECT_TRUE(change(10s).starts_with("MessageNotInflight")) << "in flight, with somebody else";
  bench.run_to(50s);
  bench.queues.remove("orders", bench.handle("orders")).value();
  EXPECT_TRUE(
      change(10s).ends_with("Message does not exist or is not available for visibility timeout change."));
}

TEST(Queues, LimitWhatIsInFlight) {
  QueuesBench bench({{.name = "orders"}, {.name = "orders.fifo", .is_fifo = true}}, 2);
  for (const char* body : {"a", "b", "c"}) {
    bench.send("orders", body);
    bench.send_to_group("orders.fifo", "g", body);
  }
  EXPECT_EQ(bench.bodies("orders"), (Lines{"a #1", "b #1"})) << "up to the limit";
  const auto more = support::run(bench.scheduler, bench.queues.receive({.queue = "orders"}));
  EXPECT_EQ(error_of(more), "OverLimit 403: Too many messages are in flight.");
  EXPECT_EQ(bench.bodies("orders.fifo"), (Lines{"a #1", "b #1"}));
  EXPECT_EQ(bench.bodies("orders.fifo"), Lines{}) << "FIFO: nothing, and no error";
  bench.run_to(30s);
  EXPECT_EQ(bench.bodies("orders"), (Lines{"a #2", "b #2"}));
}

TEST(Queues, RecordEverySendAndReceive) {
  StandardBench bench;
  EXPECT_TRUE(bench.send("short", "a").accepted());
  EXPECT_EQ(bench.send("unknown", "a").error.code, "QueueDoesNotExist");
  bench.run_to(1s);
  bench.bodies("short");
  bench.run_to(10s);
  const std::string second = bench.handle("short");
  bench.run_to(12s);
  bench.queues.change_visibility("short", second, 0s).value();
  const std::string third = bench.handle("short");
  bench.run_to(15s);
  bench.queues.remove("short", third).value();
  EXPECT_EQ(bench.journal.timeline(Stage::Queue),
            (Lines{"0s short #1 ok 200", "0s unknown #1 rejected 400 QueueDoesNotExist",
                   "1s..6s consumer #1 timeout 200 visibility timeout",
                   "10s..12s consumer #2 failed 200 given back", "12s..15s consumer #3 ok 200"}));
  for (std::size_t i = 2; i < 5; ++i) EXPECT_EQ(bench.journal.hops[i].parent, 1u) << "the send";
}

TEST(Queues, ShowTheSystemAttributesThatAreAskedFor) {
  StandardBench bench;
  bench.run_to(1500ms);
  bench.queues.send("orders", {.body = "a", .group_id = "g", .trace_header = "Root=1-2-3"});
  bench.run_to(3s);
  const auto message = bench.receive("orders").at(0);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(message.system_attributes, (Pairs{{"ApproximateReceiveCount", "1"},
                                              {"AWSTraceHeader", "Root=1-2-3"},
                                              {"SentTimestamp", "1767603601500"},
                                              {"MessageGroupId", "g"},
                                              {"SenderId", "AIDARELAYRIG000000000"},
                                              {"ApproximateFirstReceiveTimestamp", "1767603603000"}}));
  bench.run_to(33s);
  const auto some =
      support::run(bench.scheduler,
                   bench.queues.receive({.queue = "orders",
                                         .system_attributes = {"SentTimestamp", "ApproximateReceiveCount"}}));
  EXPECT_EQ(some->at(0).system_attributes,
            (Pairs{{"ApproximateReceiveCount", "2"}, {"SentTimestamp", "1767603601500"}}));
  const auto unknown =
      support::run(bench.scheduler, bench.queues.receive({.queue = "orders", .system_attributes = {"Sent"}}));
  EXPECT_EQ(error_of(unknown), "InvalidAttributeName 400: Unknown Attribute Sent.");
}

TEST(Queues, ReturnTheAttributesThatAreAskedForAndTheirChecksum) {
  StandardBench bench;
  const MessageAttributes all = {{"b.two", "2", "Number"}, {"a", "x"}, {"b.one", "\x01\xFF", "Binary.gif"}};
  const SendResult sent = bench.queues.send("short", {.body = "a", .attributes = all});
  struct Case {
    std::vector<std::string> wanted;
    MessageAttributes found;
  };
  const Case cases[] = {{{}, {}},       {{"All"}, all},          {{".*"}, all}, {{"b.*"}, {all[0], all[2]}},
                        {{"none"}, {}}, {{"a", "nix"}, {all[1]}}};
  for (const Case& c : cases) {
    const auto got = support::run(
        bench.scheduler, bench.queues.receive({.queue = "short", .visibility = 0s, .attributes = c.wanted}));
    ASSERT_EQ(got->size(), 1u);
    EXPECT_EQ(got->at(0).attributes, c.found);
    EXPECT_EQ(got->at(0).md5_of_attributes == sent.md5_of_attributes, c.found == all);
    EXPECT_EQ(got->at(0).md5_of_attributes.empty(), c.found.empty());
  }
}

TEST(Queues, GoAwayInTheMiddleOfEverything) {
  Bench bench;
  {
    Queues queues({{.name = "orders", .delay = 10s}}, 7, bench.scheduler, bench.journal);
    queues.send("orders", {.body = "a"});
    queues.send("orders", {.body = "b", .delay = 0s});
    support::received(bench.scheduler, queues, "orders");
  }
  EXPECT_EQ(bench.scheduler.pending(), 0u) << "no timer is left behind";
  EXPECT_TRUE(std::ranges::none_of(bench.journal.hops, &RecordingJournal::Hop::is_open));
}

}  // namespace
}  // namespace emulator::queues
