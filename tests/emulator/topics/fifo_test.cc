#include "emulator/topics/fifo.h"

#include <gtest/gtest.h>

#include "tests/emulator/topics/topics_support.h"

namespace emulator::topics {
namespace {

struct FifoBench : TopicsBench {
  explicit FifoBench(Attributes more = {}) {
    more.emplace_back("FifoTopic", "true");
    create("o.fifo", more);
  }
  Answer<PublishResult> send(std::string text, std::string group, std::string id, std::string_view event) {
    return publish(
        "o.fifo",
        {.message = std::move(text), .group_id = std::move(group), .deduplication_id = std::move(id)}, event);
  }
  Lines messages() const {
    Lines texts;
    for (const auto& sent : queues.sent)
      texts.push_back(kernel::json_text_at(*kernel::parse_json(sent.body), "/Message"));
    return texts;
  }
};

TEST(FifoTopic, TakesADeduplicationIdOnceInFiveMinutes) {
  FifoBench bench;
  bench.queue("o.fifo", "audit");
  const auto first = bench.send("one", "g", "id", "a");
  bench.run_to(5min - 1ns);
  const auto again = bench.send("other text, same id", "g", "id", "b");
  EXPECT_EQ(again->message_id, first->message_id);
  EXPECT_EQ(again->sequence_number, first->sequence_number);
  EXPECT_EQ(bench.messages(), Lines{"one"});
  EXPECT_EQ(bench.journal.ends_of("b"),
            Lines{"4m59s999ms999us999ns filtered topic o.fifo: the topic had this "
                  "deduplication id within five minutes"});
  EXPECT_EQ(bench.journal.hops.back().outcome, kernel::Outcome::Duplicate);
  bench.run_to(5min);
  EXPECT_NE(bench.send("later", "g", "id", "c")->message_id, first->message_id);
  EXPECT_EQ(bench.messages(), (Lines{"one", "later"})) << "a duplicate does not extend the window";
}

TEST(FifoTopic, MayDeduplicateByContent) {
  FifoBench bench({{"ContentBasedDeduplication", "true"}});
  bench.queue("o.fifo", "audit");
  EXPECT_TRUE(bench.send("one", "g", "", "a"));
  EXPECT_TRUE(bench.send("one", "h", "", "b")) << "the group does not matter";
  EXPECT_TRUE(bench.send("two", "g", "", "c"));
  EXPECT_TRUE(bench.send("one", "g", "an id of its own", "d"));
  EXPECT_EQ(bench.messages(), (Lines{"one", "two", "one"}));
  EXPECT_EQ(deduplication_id_of({.message = "one"}),
            "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
}

TEST(FifoTopic, NumbersItsMessages) {
  FifoBench bench;
  bench.queue("o.fifo", "audit");
  EXPECT_EQ(bench.send("one", "g", "1", "a")->sequence_number, "10000000000000000000");
  EXPECT_EQ(bench.send("two", "h", "2", "b")->sequence_number, "10000000000000000001");
  EXPECT_NE(bench.queues.sent[1].body.find("\"SequenceNumber\" : \"10000000000000000001\""),
            std::string::npos);
  EXPECT_EQ(bench.queues.sent[1].body.find("Signature"), std::string::npos);
}

TEST(FifoTopic, KeepsTheOrderOfAGroupWhileOneIsRetried) {
  FifoBench bench;
  bench.queue("o.fifo", "audit");
  bench.queues.refusing = {{"audit", "RequestThrottled"}};
  EXPECT_TRUE(bench.send("one", "g", "1", "a"));
  bench.run_to(500ms);
  bench.queues.refusing.clear();
  EXPECT_TRUE(bench.send("two", "g", "2", "b"));
  EXPECT_TRUE(bench.send("three", "h", "3", "c"));
  EXPECT_TRUE(bench.send("four", "g", "4", "d"));
  bench.run_to(1s);
  EXPECT_EQ(bench.messages(), (Lines{"three", "one", "two", "four"})) << "another group does not wait";
  EXPECT_EQ(bench.journal.ends_of("c"), Lines{"500ms delivered topic o.fifo: to audit"});
  EXPECT_EQ(bench.journal.ends_of("d"), Lines{"1s delivered topic o.fifo: to audit"});
}

TEST(FifoTopic, GivesFifoQueuesGroupAndDeduplicationId) {
  FifoBench bench;
  bench.queue("o.fifo", "audit.fifo");
  bench.queue("o.fifo", "standard");
  EXPECT_TRUE(bench.send("one", "g", "1", "a"));
  ASSERT_EQ(bench.queues.sent.size(), 2u);
  EXPECT_EQ(bench.queues.sent[0].request.group_id, "g");
  EXPECT_EQ(bench.queues.sent[0].request.deduplication_id, "1");
  EXPECT_EQ(bench.queues.sent[1].request.deduplication_id, "") << "a standard queue takes none";
}

TEST(FifoTopic, GoesOnWhenAMessageOfTheGroupIsGivenUp) {
  FifoBench bench;
  const std::string subscription = bench.queue("o.fifo", "audit");
  bench.queues.refusing = {{"audit", "QueueDoesNotExist"}};
  EXPECT_TRUE(bench.send("one", "g", "1", "a"));
  bench.queues.refusing.clear();
  EXPECT_TRUE(bench.send("two", "g", "2", "b"));
  bench.run_to(1s);
  EXPECT_EQ(bench.messages(), Lines{"two"});
}

TEST(StandardTopic, DoesNotWaitForAnybody) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit");
  bench.queues.refusing = {{"audit", "RequestThrottled"}};
  EXPECT_TRUE(bench.publish("orders", {.message = "one", .group_id = "g"}, "a"));
  bench.run_to(500ms);
  bench.queues.refusing.clear();
  EXPECT_TRUE(bench.publish("orders", {.message = "two", .group_id = "g"}, "b"));
  bench.run_to(1s);
  EXPECT_EQ(bench.journal.ends_of("b"), Lines{"500ms delivered topic orders: to audit"});
}

}  // namespace
}  // namespace emulator::topics
