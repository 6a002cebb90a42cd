// A mapping at work: batches, windows, outcomes, throttles, scaling.
#include "tests/emulator/mappings/mapping_support.h"

namespace emulator::lambda {
namespace {

using kernel::Stage;

TEST(Mapping, InvokesWithWhatIsThereAndDeletesItThen) {
  MappingBench bench;
  bench.map({});
  bench.run_to(3s);
  bench.send_all("abc");
  bench.run_to(3500ms);
  EXPECT_EQ(bench.function.invocations, Lines{"3s abc"});
  EXPECT_EQ(bench.queues.depth("q"), 3u) << "not before the function has answered";
  bench.run_to(4s);
  EXPECT_EQ(bench.queues.depth("q"), 0u);
  EXPECT_EQ(bench.function.last.function, "ingest");
}

TEST(Mapping, SendsRecordsInTheDocumentedForm) {
  MappingBench bench;
  const auto sent =
      bench.queues.send("q", {.body = R"({"n":1})",
                              .attributes = {{"attr1", "99.12", "Number"}, {"raw", "\x01\xFF", "Binary"}},
                              .trace_header = "Root=1-2-3"});
  bench.run_to(2s);
  bench.map({});
  const kernel::Json event = *kernel::parse_json(*bench.function.last.payload);
  ASSERT_EQ(event.at("Records").size(), 1u);
  kernel::Json record = event.at("Records").at(0);
  EXPECT_TRUE(record.at("receiptHandle").get<std::string>().starts_with(sent.message_id + "."));
  record.erase("receiptHandle");
  EXPECT_EQ(
      kernel::json_text(record),
      R"({"messageId":")" + sent.message_id + R"(","body":"{\"n\":1}",)" +
          R"("attributes":{"ApproximateReceiveCount":"1","AWSTraceHeader":"Root=1-2-3","SentTimestamp":"1767603600000",)"
          R"("SenderId":"AIDARELAYRIG000000000","ApproximateFirstReceiveTimestamp":"1767603602000"},)"
          R"("messageAttributes":{"attr1":{"stringValue":"99.12","stringListValues":[],"binaryListValues":[],)"
          R"("dataType":"Number"},"raw":{"binaryValue":"Af8=","stringListValues":[],"binaryListValues":[],)"
          R"("dataType":"Binary"}},"md5OfMessageAttributes":")" +
          sent.md5_of_attributes + R"(","md5OfBody":")" + sent.md5_of_body +
          R"(","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:q","awsRegion":"us-east-1"})");
}

TEST(Mapping, CutsABatchAtItsSize) {
  MappingBench bench;
  bench.send_all("abcde");
  bench.map({.batch_max = 2});
  EXPECT_EQ(bench.function.invocations, (Lines{"0s ab", "0s cd", "0s e"}));
}

TEST(Mapping, CutsABatchAtTheEndOfItsWindow) {
  MappingBench bench;
  bench.map({.batch_max = 100, .window = 5s});
  for (const auto& [time, body] : std::initializer_list<std::pair<kernel::Duration, const char*>>{
           {1500ms, "a"}, {3s, "b"}, {6500ms - 1ns, "c"}, {6500ms, "d"}, {7s, "e"}}) {
    bench.run_to(time);
    bench.send("q", body);
  }
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations, (Lines{"6s500ms abc", "11s500ms de"}))
      << "the window begins with the first message";
}

TEST(Mapping, CutsAFullBatchBeforeItsWindowEnds) {
  MappingBench bench;
  bench.map({.batch_max = 12, .window = 60s});
  bench.send_all("abcdefghijk");
  bench.run_to(2s);
  bench.send_all("lmn");
  bench.run_to(3s);
  EXPECT_EQ(bench.function.invocations, Lines{"2s abcdefghijkl"});
  bench.run_to(2min);
  EXPECT_EQ(bench.function.invocations.back(), "1m2s mn");
}

TEST(Mapping, CutsABatchAtSixMegabytes) {
  MappingBench bench;
  for (char body = 'a'; body < 'h'; ++body) bench.send("q", std::string(1'000'000, body));
  bench.map({.batch_max = 10});
  ASSERT_EQ(bench.function.invocations.size(), 2u);
  EXPECT_EQ(bench.function.invocations[0].size(), 3 + 6'000'000u);
  EXPECT_EQ(bench.function.invocations[1].size(), 3 + 1'000'000u) << "what did not fit goes next";
  EXPECT_EQ(bench.function.invocations[1].back(), 'g');
  bench.run_to(1s);
  EXPECT_EQ(bench.queues.depth("q"), 0u);
}

TEST(Mapping, DeletesAllButWhatIsReportedAsFailed) {
  MappingBench bench({{.name = "dlq"}, {.name = "q", .redrive = {{"dlq", 2}}}});
  bench.queues.attach("q");
  std::vector<std::string> ids;
  for (const char* event : {"a", "b", "c"}) ids.push_back(bench.send_event("q", event).message_id);
  bench.function.script = {{.payload = R"({"batchItemFailures":[{"itemIdentifier":")" + ids[1] + R"("}]})"}};
  bench.map({.reports_failures = true});
  bench.run_to(1h);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s abc", "30s b"}))
      << "when its visibility runs out, no earlier";
  EXPECT_EQ(bench.journal.ends_of("a"), Lines{"1s delivered queue q"});
  EXPECT_EQ(bench.journal.ends_of("c"), Lines{"1s delivered queue q"});
  EXPECT_EQ(bench.journal.ends_of("b"), Lines{"1m dead_lettered queue dlq"});
}

TEST(Mapping, DeletesWhatFailedWhenItDoesNotAskForFailures) {
  MappingBench bench;
  const std::string id = bench.send("q", "a").message_id;
  bench.function.script = {{.payload = R"({"batchItemFailures":[{"itemIdentifier":")" + id + R"("}]})"}};
  bench.map({});
  bench.run_to(1h);
  EXPECT_EQ(bench.function.invocations, Lines{"0s a"});
  EXPECT_EQ(bench.queues.depth("q"), 0u);
}

TEST(Mapping, LeavesABatchThatFailedToItsVisibility) {
  MappingBench bench({{.name = "dlq"}, {.name = "q", .redrive = {{"dlq", 3}}}});
  bench.send_all("ab");
  bench.function.script = {failed(), failed(), {.payload = "{}"}};
  bench.map({});
  bench.run_to(1h);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s ab", "30s ab", "1m ab"}));
  EXPECT_EQ(bench.queues.depth("q"), 0u);
  EXPECT_EQ(bench.queues.depth("dlq"), 0u);
}

TEST(Mapping, TriesAThrottledBatchAgainUntilItsMessagesAreVisible) {
  MappingBench bench({{.name = "dlq"}, {.name = "q", .redrive = {{"dlq", 2}}}});
  bench.send_all("a");
  bench.function.takes = 0s;
  bench.function.script = {throttled()};
  bench.map({});
  bench.run_to(5min);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s a", "1s a #2", "3s a #3", "7s a #4", "15s a #5",  //
                                               "30s a", "31s a #2", "33s a #3", "37s a #4", "45s a #5"}));
  EXPECT_EQ(bench.queues.depth("dlq"), 1u) << "never run, and given up";
}

TEST(Mapping, GoesOnWhenAThrottleIsOver) {
  MappingBench bench;
  bench.send_all("a");
  bench.function.takes = 0s;
  bench.function.script = {throttled(), throttled(), {.payload = "{}"}};
  bench.map({});
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s a", "1s a #2", "3s a #3"}));
  EXPECT_EQ(bench.queues.depth("q"), 0u);
}

TEST(Mapping, RunsFiveBatchesAtOnceAndMoreWithABacklog) {
  MappingBench bench;
  bench.function.takes = 10s;
  bench.send_all("abcdefgh");
  bench.map({.batch_max = 1});
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations,
            (Lines{"0s a", "0s b", "0s c", "0s d", "0s e", "200ms f", "400ms g", "600ms h"}));
}

TEST(Mapping, KeepsToItsMaximumConcurrency) {
  MappingBench bench;
  bench.function.takes = 10s;
  bench.send_all("abcde");
  bench.map({.batch_max = 1, .concurrency_max = 2});
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s a", "0s b", "10s c", "10s d", "20s e"}));
  EXPECT_EQ(bench.function.most, 2);
}

TEST(Mapping, BeginsWithFiveAgainAfterAnIdlePoll) {
  MappingBench bench;
  bench.function.takes = 5s;
  bench.send_all("abcdefg");
  bench.map({.batch_max = 1});
  bench.run_to(1min);
  bench.function.invocations.clear();
  bench.send_all("hijklm");
  bench.run_to(2min);
  EXPECT_EQ(bench.function.invocations, (Lines{"1m h", "1m i", "1m j", "1m k", "1m l", "1m200ms m"}));
}

TEST(Mapping, RunsOneBatchOfAFifoGroupAtOnce) {
  MappingBench bench({{.name = "q.fifo", .is_fifo = true}});
  bench.function.takes = 10s;
  for (const auto& [group, body] : std::initializer_list<std::pair<const char*, const char*>>{
           {"x", "a"}, {"x", "b"}, {"y", "c"}, {"x", "d"}, {"z", "e"}})
    bench.send_to_group("q.fifo", group, body);
  bench.map({.queue = "q.fifo", .batch_max = 2});
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s ab", "0s ce", "10s d"})) << "a batch may mix groups";
}

TEST(Mapping, KeepsTheOrderOfAFifoGroupThatFails) {
  MappingBench bench({{.name = "q.fifo", .is_fifo = true}});
  for (const char* body : {"a", "b", "c"}) bench.send_to_group("q.fifo", "x", body);
  bench.function.script = {failed(), {.payload = "{}"}};
  bench.map({.queue = "q.fifo", .batch_max = 2});
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s ab", "30s ab", "31s c"}));
}

TEST(Mapping, MakesAnInvokeHopOfEveryEvent) {
  MappingBench bench;
  bench.queues.attach("q");
  for (const char* event : {"a", "b"}) bench.send_event("q", event);
  bench.map({});
  bench.run_to(1min);
  ASSERT_EQ(bench.function.last.events.size(), 2u);
  EXPECT_EQ(bench.function.last.from, "q");
  EXPECT_EQ(bench.function.last.events[1].event_uuid, "b");
  EXPECT_EQ(bench.function.last.events[1].cause, 4u) << "its receive";
  EXPECT_EQ(
      bench.journal.timeline(Stage::Queue),
      (Lines{"0s q #1 ok 200", "0s q #1 ok 200", "0s..1s ingest #1 ok 200", "0s..1s ingest #1 ok 200"}));
}

TEST(Mapping, ShowsTheSameMessageInTwoInvocationsWhenVisibilityIsTooShort) {
  MappingBench bench;
  bench.function.takes = 8s;
  bench.send_all("a");
  bench.map({});
  bench.queues.set_attributes("q", {{"VisibilityTimeout", "5"}}).value();
  bench.run_to(1s);
  bench.send_all("b");
  bench.run_to(7s);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s a", "1s b", "6s b"})) << "received after the change";
  EXPECT_EQ(bench.function.running, 3);
}

TEST(Mapping, WaitsWhileItsQueueIsGone) {
  MappingBench bench;
  bench.map({});
  bench.run_to(5s);
  bench.queues.remove_queue("q").value();
  bench.run_to(3min);
  bench.queues.create("q", {}).value();
  bench.run_to(3min + 1s);
  bench.send_all("a");
  bench.run_to(10min);
  EXPECT_EQ(bench.function.invocations, Lines{"3m5s a"}) << "asked once a minute since 5 s";
}

}  // namespace
}  // namespace emulator::lambda
