#include "emulator/queues/queues.h"

#include <gtest/gtest.h>

#include "tests/emulator/boxes/box_support.h"

namespace emulator::queues {
namespace {

using kernel::Stage;

struct QueuesBench : Bench {
  Queues queues{{{.name = "orders-dlq"},
                 {.name = "short", .visibility = 5s, .retention = 60s, .message_bytes_max = 1024}},
                7,
                scheduler,
                journal};

  SendResult send(std::string_view queue, std::string body) {
    return queues.send(queue, {.body = std::move(body), .from = "bus"});
  }
  Lines bodies(std::string_view queue, std::size_t count = 10) {
    Lines lines;
    for (const Message& m : queues.receive(queue, count))
      lines.push_back(m.body + " #" + std::to_string(m.receive_count));
    return lines;
  }
};

TEST(Queues, HideAReceivedMessageForTheVisibilityTimeout) {
  QueuesBench bench;
  bench.send("orders-dlq", "a");
  bench.run_to(10s);
  EXPECT_EQ(bench.bodies("orders-dlq"), Lines{"a #1"});
  bench.run_to(40s - 1ns);
  EXPECT_EQ(bench.bodies("orders-dlq"), Lines{});
  EXPECT_EQ(bench.queues.depth("orders-dlq"), 1u) << "hidden, but held";
  bench.run_to(40s);
  EXPECT_EQ(bench.bodies("orders-dlq"), Lines{"a #2"});
}

TEST(Queues, HandOutAtMostWhatIsAskedForOldestFirst) {
  QueuesBench bench;
  for (const char* body : {"a", "b", "c"}) bench.send("orders-dlq", body);
  EXPECT_EQ(bench.bodies("orders-dlq", 2), (Lines{"a #1", "b #1"}));
  EXPECT_EQ(bench.bodies("orders-dlq", 2), Lines{"c #1"});
}

TEST(Queues, RemoveOnlyByTheNewestHandle) {
  QueuesBench bench;
  bench.send("orders-dlq", "a");
  const std::string first = bench.queues.receive("orders-dlq", 1).at(0).receipt_handle;
  bench.run_to(30s);
  const std::string second = bench.queues.receive("orders-dlq", 1).at(0).receipt_handle;
  EXPECT_NE(first, second);
  EXPECT_TRUE(bench.queues.remove("orders-dlq", first)) << "no error on a standard queue";
  EXPECT_EQ(bench.queues.depth("orders-dlq"), 1u) << "but the message stays";
  bench.run_to(90s);
  EXPECT_TRUE(bench.queues.remove("orders-dlq", second))
      << "its visibility timeout is over, and it is the newest";
  EXPECT_EQ(bench.queues.depth("orders-dlq"), 0u);
  EXPECT_TRUE(bench.queues.remove("orders-dlq", second)) << "removing twice is no error";
  EXPECT_FALSE(bench.queues.remove("orders-dlq", "nonsense"));
  EXPECT_FALSE(bench.queues.remove("unknown", second));
}

TEST(Queues, ForgetMessagesAfterTheRetention) {
  QueuesBench bench;
  bench.send("short", "a");
  bench.run_to(30s);
  bench.send("short", "b");
  bench.run_to(60s - 1ns);
  EXPECT_EQ(bench.queues.depth("short"), 2u);
  bench.run_to(60s);
  EXPECT_EQ(bench.bodies("short"), Lines{"b #1"});
  bench.run_to(90s);
  EXPECT_EQ(bench.queues.depth("short"), 0u);
}

TEST(Queues, CountAttributesIntoAMessagesSize) {
  struct Case {
    const char* name;
    std::size_t body;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string error;
  };
  const Case cases[] = {{"a body of the limit", 1024, {}, ""},
                        {"one byte more", 1025, {}, "InvalidParameterValue"},
                        {"name, type and value fit", 1024 - 11, {{"NAME", "v"}}, ""},
                        {"and do not", 1024 - 10, {{"NAME", "v"}}, "InvalidParameterValue"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    QueuesBench bench;
    EXPECT_EQ(
        bench.queues.send("short", {.body = std::string(c.body, 'x'), .attributes = c.attributes}).error_code,
        c.error);
  }
}

TEST(Queues, RecordEverySendAndRefuseUnknownQueues) {
  QueuesBench bench;
  EXPECT_TRUE(bench.send("orders-dlq", "a").accepted());
  EXPECT_EQ(bench.send("unknown", "a").error_code, "QueueDoesNotExist");
  EXPECT_EQ(bench.journal.timeline(Stage::Queue),
            (Lines{"0s orders-dlq #1 ok 200", "0s unknown #1 rejected 400 QueueDoesNotExist"}));
  EXPECT_TRUE(bench.queues.exists("orders-dlq"));
  EXPECT_FALSE(bench.queues.exists("unknown"));
  EXPECT_EQ(bench.queues.depth("unknown"), std::nullopt);
  EXPECT_EQ(bench.bodies("unknown"), Lines{});
}

TEST(Queues, KeepAttributesInOrder) {
  QueuesBench bench;
  const std::vector<std::pair<std::string, std::string>> attributes = {{"RULE_ARN", "r"}, {"A", "1"}};
  bench.queues.send("orders-dlq", {.body = "a", .attributes = attributes, .event_uuid = "e"});
  const auto received = bench.queues.receive("orders-dlq", 1);
  EXPECT_EQ(received.at(0).attributes, attributes);
  EXPECT_EQ(received.at(0).event_uuid, "e");
  EXPECT_EQ(received.at(0).sent_at, kernel::at(0s));
}

}  // namespace
}  // namespace emulator::queues
