// Messages that were received too often go to the dead-letter queue.
#include "tests/emulator/queues/queues_support.h"

namespace emulator::queues {
namespace {

struct RedriveBench : QueuesBench {
  RedriveBench()
      : QueuesBench({{.name = "dlq", .retention = 100s},
                     {.name = "q", .visibility = 10s, .redrive = {{"dlq", 2}}},
                     {.name = "dlq.fifo", .retention = 100s, .is_fifo = true},
                     {.name = "q.fifo", .visibility = 10s, .is_fifo = true, .redrive = {{"dlq.fifo", 1}}}}) {}
  /// Receives at these instants without deleting.
  Lines receive_at(std::string queue, std::initializer_list<kernel::Duration> times) {
    Lines all;
    for (const kernel::Duration time : times) {
      run_to(time);
      for (std::string& line : bodies(queue)) all.push_back(std::move(line));
    }
    return all;
  }
};

TEST(Redrive, HappensWhenTheMessageWouldBeReceivedOnceTooOften) {
  RedriveBench bench;
  bench.send("q", "a");
  EXPECT_EQ(bench.receive_at("q", {0s, 10s}), (Lines{"a #1", "a #2"}));
  bench.run_to(25s);
  EXPECT_EQ(bench.queues.depth("q"), 1u) << "not before somebody asks";
  bench.send("q", "b");
  EXPECT_EQ(bench.bodies("q"), Lines{"b #1"}) << "the next one is handed out instead";
  EXPECT_EQ(bench.queues.depth("q"), 1u);
  EXPECT_EQ(bench.queues.depth("dlq"), 1u);
  EXPECT_EQ(bench.journal.timeline(kernel::Stage::Queue),
            (Lines{"0s q #1 ok 200", "0s..10s consumer #1 timeout 200 visibility timeout",
                   "10s..20s consumer #2 timeout 200 visibility timeout", "25s q #1 ok 200",
                   "25s dlq #1 ok 200", "25s.. consumer #1"}));
  EXPECT_EQ(bench.journal.hops[4].parent, 3u) << "its last receive";
  EXPECT_EQ(bench.journal.hops[4].from, "q");
}

TEST(Redrive, KeepsTheMessageAndItsAge) {
  RedriveBench bench;
  bench.run_to(1s);
  const SendResult sent = bench.queues.send("q", {.body = "a", .attributes = {{"k", "v"}}});
  bench.receive_at("q", {1s, 11s, 21s});
  const auto dead = bench.receive("dlq").at(0);
  EXPECT_EQ(dead.message_id, sent.message_id);
  EXPECT_EQ(dead.attributes, (MessageAttributes{{"k", "v"}}));
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(dead.system_attributes,
            (Pairs{{"ApproximateReceiveCount", "3"},
                   {"SentTimestamp", "1767603601000"},
                   {"SenderId", "AIDARELAYRIG000000000"},
                   {"ApproximateFirstReceiveTimestamp", "1767603601000"},
                   {"DeadLetterQueueSourceArn", "arn:aws:sqs:us-east-1:123456789012:q"}}));
  bench.run_to(101s - 1ns);
  EXPECT_EQ(bench.queues.depth("dlq"), 1u);
  bench.run_to(101s);
  EXPECT_EQ(bench.queues.depth("dlq"), 0u) << "the retention counts from the original send";
}

TEST(Redrive, LosesWhatIsOlderThanTheDeadLetterQueueKeeps) {
  RedriveBench bench;
  bench.send_event("q", "e");
  bench.receive_at("q", {0s, 10s, 100s});
  EXPECT_EQ(bench.queues.depth("q"), 0u);
  EXPECT_EQ(bench.queues.depth("dlq"), 0u);
}

TEST(Redrive, StartsTheAgeOfAFifoMessageAnew) {
  RedriveBench bench;
  bench.send_to_group("q.fifo", "x", "x1");
  bench.send_to_group("q.fifo", "x", "x2");
  bench.run_to(50s);
  EXPECT_EQ(bench.bodies("q.fifo", 1), Lines{"x1 #1"});
  bench.run_to(60s);
  EXPECT_EQ(bench.bodies("q.fifo", 1), Lines{"x2 #1"}) << "x1 blocks its group no longer";
  bench.run_to(160s - 1ns);
  EXPECT_EQ(bench.queues.depth("dlq.fifo"), 1u);
  const auto dead = bench.receive("dlq.fifo").at(0);
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(dead.body, "x1");
  EXPECT_EQ(dead.system_attributes.at(3), (Pair{"MessageGroupId", "x"}));
  bench.run_to(160s);
  EXPECT_EQ(bench.queues.depth("dlq.fifo"), 0u);
}

TEST(Redrive, CountsInEachQueueForItself) {
  QueuesBench bench({{.name = "last"},
                     {.name = "dlq", .visibility = 1s, .redrive = {{"last", 2}}},
                     {.name = "q", .visibility = 1s, .redrive = {{"dlq", 3}}}});
  bench.send("q", "a");
  for (int second = 0; second < 4; ++second) {
    bench.run_to(std::chrono::seconds{second});
    bench.bodies("q");
  }
  Lines dead;
  for (int second = 4; second < 7; ++second) {
    bench.run_to(std::chrono::seconds{second});
    for (std::string& line : bench.bodies("dlq")) dead.push_back(std::move(line));
  }
  EXPECT_EQ(dead, (Lines{"a #4", "a #5"}));
  EXPECT_EQ(bench.bodies("last"), Lines{"a #6"});
}

TEST(Redrive, GoesOnHandingOutWhileTheDeadLetterQueueIsGone) {
  RedriveBench bench;
  bench.send("q", "a");
  bench.queues.remove_queue("dlq").value();
  EXPECT_EQ(bench.receive_at("q", {0s, 10s, 20s}), (Lines{"a #1", "a #2", "a #3"}));
}

TEST(Redrive, RefusesATargetThatCannotBe) {
  using Permission = RedriveAllow::Permission;
  struct Case {
    const char* name;
    QueueConfig source;
    std::optional<std::string> refused;
  };
  const std::string start = "queue 'q': ";
  const Case cases[] = {
      {"a standard queue", {.name = "q", .redrive = {{"dlq", 1}}}, std::nullopt},
      {"one that is not there",
       {.name = "q", .redrive = {{"none", 1}}},
       start + "Dead letter target does not exist."},
      {"another type",
       {.name = "q", .redrive = {{"dlq.fifo", 1}}},
       start + "Dead-letter target must be same type of queue as the source."},
      {"one that denies all",
       {.name = "q", .redrive = {{"closed", 1}}},
       start + "Queue q is not allowed by the redrive allow policy of the dead-letter target."},
      {"one that names others",
       {.name = "q", .redrive = {{"picky", 1}}},
       start + "Queue q is not allowed by the redrive allow policy of the dead-letter target."},
      {"one that names it", {.name = "friend", .redrive = {{"picky", 1}}}, std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(refuse_declared({{.name = "dlq"},
                               {.name = "dlq.fifo", .is_fifo = true},
                               {.name = "closed", .redrive_allow = {.permission = Permission::DenyAll}},
                               {.name = "picky", .redrive_allow = {Permission::ByQueue, {"friend"}}},
                               c.source}),
              c.refused);
  }
}

}  // namespace
}  // namespace emulator::queues
