// FIFO queues: order in groups, deduplication.
#include "tests/emulator/queues/queues_support.h"

namespace emulator::queues {
namespace {

struct FifoBench : QueuesBench {
  FifoBench()
      : QueuesBench({{.name = "q.fifo", .is_fifo = true},
                     {.name = "content.fifo", .is_fifo = true, .content_based_deduplication = true},
                     {.name = "scoped.fifo", .is_fifo = true, .deduplicates_per_group = true},
                     {.name = "late.fifo", .delay = 10s, .is_fifo = true}}) {}
  void send_all(std::initializer_list<std::pair<const char*, const char*>> messages) {
    for (const auto& [group, body] : messages) send_to_group("q.fifo", group, body);
  }
};

TEST(Fifo, BlocksAGroupWhileAMessageOfItIsInFlight) {
  FifoBench bench;
  bench.send_all({{"x", "x1"}, {"y", "y1"}, {"x", "x2"}});
  EXPECT_EQ(bench.bodies("q.fifo", 1), Lines{"x1 #1"});
  EXPECT_EQ(bench.bodies("q.fifo", 1), Lines{"y1 #1"}) << "the other group goes on";
  EXPECT_EQ(bench.bodies("q.fifo", 1), Lines{}) << "x2 waits for x1";
  bench.run_to(30s);
  EXPECT_EQ(bench.bodies("q.fifo", 1), Lines{"x1 #2"}) << "in order, also again";
}

TEST(Fifo, GoesOnInAGroupWithinOneAnswer) {
  FifoBench bench;
  bench.send_all({{"x", "x1"}, {"y", "y1"}, {"x", "x2"}, {"x", "x3"}});
  EXPECT_EQ(bench.bodies("q.fifo", 3), (Lines{"x1 #1", "x2 #1", "x3 #1"}));
  EXPECT_EQ(bench.bodies("q.fifo", 3), Lines{"y1 #1"});
}

TEST(Fifo, GoesOnWhenEveryMessageOfTheAnswerIsDeleted) {
  FifoBench bench;
  bench.send_all({{"x", "x1"}, {"x", "x2"}, {"x", "x3"}});
  const auto two = bench.receive("q.fifo", 2);
  bench.queues.remove("q.fifo", two.at(0).receipt_handle).value();
  EXPECT_EQ(bench.bodies("q.fifo"), Lines{}) << "x2 is still in flight";
  bench.queues.remove("q.fifo", two.at(1).receipt_handle).value();
  EXPECT_EQ(bench.bodies("q.fifo"), Lines{"x3 #1"});
}

TEST(Fifo, KeepsTheOrderBehindADelayedMessage) {
  FifoBench bench;
  bench.send_to_group("late.fifo", "x", "x1");
  bench.run_to(5s);
  bench.send_to_group("late.fifo", "x", "x2");
  bench.run_to(10s);
  EXPECT_EQ(bench.bodies("late.fifo"), Lines{"x1 #1"});
  bench.run_to(40s);
  EXPECT_EQ(bench.bodies("late.fifo"), (Lines{"x1 #2", "x2 #1"}));
}

TEST(Fifo, RefusesAnExpiredHandle) {
  FifoBench bench;
  bench.send_all({{"x", "x1"}});
  const std::string handle = bench.handle("q.fifo");
  bench.run_to(30s);
  EXPECT_EQ(error_of(bench.queues.remove("q.fifo", handle)),
            "InvalidParameterValueException 400: Value " + handle +
                " for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.");
  bench.queues.remove("q.fifo", bench.handle("q.fifo")).value();
  EXPECT_EQ(bench.queues.depth("q.fifo"), 0u);
}

TEST(Fifo, CountsSequenceNumbersOfTwentyDigitsUp) {
  FifoBench bench;
  std::string before;
  for (int i = 0; i < 11; ++i) {
    const SendResult sent = bench.send_to_group("q.fifo", "x", std::to_string(i));
    EXPECT_EQ(sent.sequence_number.size(), 20u);
    EXPECT_LT(before, sent.sequence_number);
    before = sent.sequence_number;
  }
  const auto message = bench.receive("q.fifo", 1).at(0);
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(message.system_attributes.at(2), (Pair{"SequenceNumber", "10000000000000000001"}));
  EXPECT_EQ(message.system_attributes.at(3), (Pair{"MessageGroupId", "x"}));
  EXPECT_EQ(message.system_attributes.at(5), (Pair{"MessageDeduplicationId", "0"}));
}

TEST(Fifo, TakesADuplicateWithinFiveMinutesOnce) {
  FifoBench bench;
  const SendResult first = bench.send_to_group("q.fifo", "x", "a");
  bench.queues.remove("q.fifo", bench.handle("q.fifo")).value();
  bench.run_to(5min - 1ns);
  const SendResult again = bench.send_to_group("q.fifo", "x", "a");
  EXPECT_EQ(again.message_id, first.message_id);
  EXPECT_EQ(again.sequence_number, first.sequence_number);
  EXPECT_EQ(bench.queues.depth("q.fifo"), 0u) << "also when it was deleted meanwhile";
  EXPECT_EQ(bench.journal.timeline(kernel::Stage::Queue).back(),
            "4m59s999ms999us999ns q.fifo #1 duplicate 200");
  bench.run_to(5min);
  EXPECT_NE(bench.send_to_group("q.fifo", "x", "a").message_id, first.message_id);
  EXPECT_EQ(bench.queues.depth("q.fifo"), 1u);
}

TEST(Fifo, AnswersADuplicateWithTheDigestOfWhatCame) {
  FifoBench bench;
  const SendResult first = bench.send_to_group("q.fifo", "x", "a");
  const SendResult again =
      bench.queues.send("q.fifo", {.body = "hi", .from = "client", .group_id = "x", .deduplication_id = "a"});
  EXPECT_EQ(again.message_id, first.message_id);
  EXPECT_EQ(again.sequence_number, first.sequence_number);
  EXPECT_EQ(again.md5_of_body, "49f68a5c8493ec2c0bf489821c21fc3b")
      << "clients compare it with what they sent";
  EXPECT_EQ(again.md5_of_attributes, "");
}

TEST(Fifo, DeduplicatesByContentOrWithinAGroupWhenItIsSetSo) {
  struct Case {
    const char* name;
    const char* queue;
    SendRequest second;
    std::size_t held;
  };
  const SendRequest first = {.body = "a", .group_id = "x"};
  const SendRequest first_with_id = {.body = "a", .group_id = "x", .deduplication_id = "1"};
  const Case cases[] = {
      {"same content", "content.fifo", {.body = "a", .group_id = "y"}, 1},
      {"other content", "content.fifo", {.body = "b", .group_id = "x"}, 2},
      {"same content, id of its own",
       "content.fifo",
       {.body = "a", .group_id = "x", .deduplication_id = "2"},
       2},
      {"same id in another group", "q.fifo", {.body = "b", .group_id = "y", .deduplication_id = "1"}, 1},
      {"same id in another group, by group",
       "scoped.fifo",
       {.body = "b", .group_id = "y", .deduplication_id = "1"},
       2},
      {"same id in its group, by group",
       "scoped.fifo",
       {.body = "b", .group_id = "x", .deduplication_id = "1"},
       1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FifoBench bench;
    const bool by_content = std::string_view(c.queue) == "content.fifo";
    EXPECT_TRUE(bench.queues.send(c.queue, by_content ? first : first_with_id).accepted());
    EXPECT_TRUE(bench.queues.send(c.queue, c.second).accepted());
    EXPECT_EQ(bench.queues.depth(c.queue), c.held);
  }
}

TEST(Fifo, WantsAGroupAndADeduplicationId) {
  struct Case {
    const char* name;
    SendRequest request;
    std::string error;
  };
  const Case cases[] = {
      {"no group",
       {.body = "a"},
       "MissingRequiredParameterException 400: The request must contain the parameter MessageGroupId."},
      {"no id",
       {.body = "a", .group_id = "x"},
       "InvalidParameterValueException 400: The queue should either have ContentBasedDeduplication enabled "
       "or "
       "MessageDeduplicationId provided explicitly"},
      {"delay",
       {.body = "a", .delay = 1s, .group_id = "x", .deduplication_id = "1"},
       "InvalidParameterValueException 400: Value 1 for parameter DelaySeconds is invalid. Reason: The "
       "request "
       "include parameter that is not valid for this queue type."},
      {"no delay", {.body = "a", .delay = 0s, .group_id = "x", .deduplication_id = "1"}, ""},
      {"a space",
       {.body = "a", .group_id = "x y", .deduplication_id = "1"},
       "InvalidParameterValueException 400: Value x y for parameter MessageGroupId is invalid. Reason: "
       "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FifoBench bench;
    EXPECT_EQ(text_of(bench.queues.send("q.fifo", c.request).error), c.error);
  }
}

}  // namespace
}  // namespace emulator::queues
