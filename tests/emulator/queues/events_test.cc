// Who ends an event that went into a queue.
#include "tests/emulator/queues/queues_support.h"

namespace emulator::queues {
namespace {

struct EventsBench : QueuesBench {
  EventsBench()
      : QueuesBench(
            {{.name = "dlq"}, {.name = "q", .visibility = 10s, .retention = 60s, .redrive = {{"dlq", 1}}}}) {}
};

TEST(QueueEvents, StayWithTheSenderWithoutAConsumer) {
  EventsBench bench;
  EXPECT_FALSE(bench.send_event("q", "e").carries_on);
  bench.queues.attach("q");
  bench.queues.remove("q", bench.handle("q")).value();
  EXPECT_EQ(bench.journal.ends_of("e"), Lines{}) << "a consumer that comes later ends nothing again";
}

TEST(QueueEvents, AreCarriedWhileThereIsAConsumer) {
  EventsBench bench;
  bench.queues.attach("q");
  bench.queues.attach("q");
  EXPECT_TRUE(bench.send_event("q", "a").carries_on);
  bench.queues.detach("q");
  EXPECT_TRUE(bench.send_event("q", "b").carries_on) << "one is left";
  bench.queues.detach("q");
  EXPECT_FALSE(bench.send_event("q", "c").carries_on);
}

TEST(QueueEvents, AreCarriedFromTheFirstReceiveOfSomebodyOn) {
  EventsBench bench;
  EXPECT_EQ(bench.bodies("q"), Lines{});
  EXPECT_TRUE(bench.send_event("q", "a").carries_on);
}

TEST(QueueEvents, AreCarriedFromTheStartWhenTheQueueIsDeclaredSo) {
  QueuesBench bench({{.name = "q", .has_consumer = true}});
  EXPECT_TRUE(bench.send_event("q", "a").carries_on);
}

TEST(QueueEvents, AreDeliveredWhenTheMessageIsDeleted) {
  EventsBench bench;
  bench.queues.attach("q");
  bench.send_event("q", "e");
  bench.run_to(1s);
  const std::string handle = bench.handle("q");
  bench.run_to(3s);
  EXPECT_EQ(bench.journal.ends_of("e"), Lines{});
  bench.queues.remove("q", handle).value();
  bench.queues.remove("q", handle).value();
  EXPECT_EQ(bench.journal.ends_of("e"), Lines{"3s delivered queue q"});
}

TEST(QueueEvents, EndInADeadLetterQueueThatNobodyReads) {
  EventsBench bench;
  bench.queues.attach("q");
  bench.send_event("q", "e");
  bench.bodies("q");
  bench.run_to(10s);
  bench.bodies("q");
  EXPECT_EQ(bench.journal.ends_of("e"), Lines{"10s dead_lettered queue dlq"});
  bench.queues.remove("dlq", bench.handle("dlq")).value();
  EXPECT_EQ(bench.journal.ends_of("e").size(), 1u);
}

TEST(QueueEvents, GoOnInADeadLetterQueueThatSomebodyReads) {
  EventsBench bench;
  bench.queues.attach("q");
  bench.queues.attach("dlq");
  bench.send_event("q", "e");
  bench.bodies("q");
  bench.run_to(10s);
  bench.bodies("q");
  EXPECT_EQ(bench.journal.ends_of("e"), Lines{});
  bench.queues.remove("dlq", bench.handle("dlq")).value();
  EXPECT_EQ(bench.journal.ends_of("e"), Lines{"10s delivered queue dlq"});
}

TEST(QueueEvents, ExpireWithTheirMessageOnTime) {
  EventsBench bench;
  bench.queues.attach("q");
  bench.send_event("q", "waits");
  bench.run_to(55s);
  bench.send_event("q", "in flight");
  bench.run_to(1min);
  EXPECT_EQ(bench.journal.ends_of("waits"), Lines{"1m expired queue q"}) << "without anybody asking";
  bench.run_to(110s);
  bench.bodies("q");
  bench.run_to(2min);
  EXPECT_EQ(bench.journal.ends_of("in flight"), Lines{"1m55s expired queue q"});
  EXPECT_EQ(bench.journal.timeline(kernel::Stage::Queue),
            (Lines{"0s q #1 ok 200", "55s q #1 ok 200", "1m  #1 expired 0 older than the retention",
                   "1m50s..1m55s consumer #1 expired 200 older than the retention"}));
}

TEST(QueueEvents, AreLostWithAPurgeOrADeletion) {
  EventsBench bench;
  bench.queues.attach("q");
  bench.send_event("q", "a");
  bench.bodies("q");
  bench.queues.purge("q").value();
  EXPECT_EQ(bench.journal.ends_of("a"), Lines{"0s lost queue q: purged"});
  bench.send_event("q", "b");
  bench.queues.remove_queue("q").value();
  EXPECT_EQ(bench.journal.ends_of("b"), Lines{"0s lost queue q: deleted"});
}

TEST(QueueEvents, OfADuplicateStayWithTheSender) {
  QueuesBench bench(
      {{.name = "q.fifo", .is_fifo = true, .content_based_deduplication = true, .has_consumer = true}});
  bench.journal.begin("e");
  const auto send = [&] {
    return bench.queues.send("q.fifo", {.body = "a", .event_uuid = "e", .group_id = "g"}).carries_on;
  };
  EXPECT_TRUE(send());
  EXPECT_FALSE(send()) << "nothing is stored that could carry it";
}

}  // namespace
}  // namespace emulator::queues
