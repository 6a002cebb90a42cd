// Loops, and how they are cut. facts/aws-delivery 5.3.
#include "emulator/lambda/batch.h"
#include "emulator/lambda/lineage.h"
#include "tests/emulator/boxes/lambda_support.h"

namespace emulator::lambda {
namespace {

using kernel::Stage;

Destination function(std::string name) { return {DestinationKind::Function, std::move(name)}; }

const std::string kRequest = "11111111-2222-4333-8444-555555555555";

/// A header after so many invocations of "ingest".
std::string after(int rounds) {
  std::string header;
  for (int i = 0; i < rounds; ++i) header = trace_header_after(header, {"ingest", kRequest, 1});
  return header;
}

TEST(Lineage, CountsEachFunctionOfAChainApart) {
  const std::string once = trace_header_after("", {"ingest", kRequest, 255});
  EXPECT_EQ(once.substr(0, once.find("Lineage")),
            "Root=1-11111111-222243338444555555555555;Parent=00000000000000ff;Sampled=0;");
  EXPECT_EQ(invocations_in(once, "ingest"), 1);
  EXPECT_EQ(invocations_in(once, "other"), 0);
  const std::string more =
      trace_header_after(trace_header_after(once, {"other", "x", 2}), {"ingest", "x", 3});
  EXPECT_EQ(invocations_in(more, "ingest"), 2);
  EXPECT_EQ(invocations_in(more, "other"), 1);
  EXPECT_EQ(more.substr(0, more.find(";Sampled")),
            "Root=1-11111111-222243338444555555555555;Parent=0000000000000003")
      << "the chain keeps its root";
  EXPECT_EQ(trace_header_after("Root=1-a-b;Sampled=1;Self=1-c-d", {"ingest", "x", 1})
                .find("Root=1-a-b;Parent=0000000000000001;Sampled=1;Self=1-c-d;Lineage="),
            0u)
      << "and what else a caller sent";
}

TEST(Lineage, ReadsNothingOutOfWhatIsNone) {
  for (const char* header :
       {"", "Root=1-a-b", "Lineage=", "Lineage=x", "Lineage=a87bd80c:", "Lineage=:7", ";;|"})
    EXPECT_EQ(invocations_in(header, "ingest"), 0) << header;
  std::string broken = after(3);
  EXPECT_EQ(invocations_in(broken + "x", "ingest"), 0) << "no count";
  EXPECT_EQ(invocations_in(after(3) + "|00000000:9", "ingest"), 3);
}

TEST(Lineage, GoesOnFromWhatTheCodeSends) {
  LambdaWorld world;
  world.add({.cold_start = 0s});
  world.journal.begin(kEvent);
  world.lambda.invoke_async(
      "ingest", {.event_uuid = std::string(kEvent), .payload = text("{}"), .trace_header = text(after(3))});
  world.run_to(500ms);  // what the code sees of the event lives as long as it runs
  const CodeInvocation& invocation = world.code.invocations.at(0);
  EXPECT_EQ(invocation.function, "ingest");
  EXPECT_EQ(invocations_in(trace_header_for(invocation), "ingest"), 4);
}

/// The last end is that of the invocation which sent the record on; what became of the record stands before.
std::string before_the_last_end(LambdaWorld& world) {
  const Lines& ends = world.journal.ends_of(kEvent);
  return ends.at(ends.size() - 2);
}

/// Two functions that send each other their records.
void add_loop(LambdaWorld& world, std::optional<Destination> on_failure, bool stops = true) {
  world.add({.cold_start = 0s,
             .on_success = function("pong"),
             .on_failure = std::move(on_failure),
             .stops_recursion = stops});
  world.add({.name = "pong", .cold_start = 0s, .on_success = function("ingest"), .stops_recursion = stops});
}

TEST(LambdaRecursion, StopsAFunctionAfterSixteenRounds) {
  LambdaWorld world;
  add_loop(world, "records");
  world.invoke();
  world.run_to(1h);
  EXPECT_EQ(world.code.invocations.size(), 32u) << "sixteen of each function";
  const Lines hops = world.journal.timeline(Stage::Invoke);
  ASSERT_EQ(hops.size(), 33u);
  EXPECT_EQ(hops[30], "30s..31s ingest #1 ok 200");
  EXPECT_EQ(hops[31], "31s..32s pong #1 ok 200");
  EXPECT_EQ(hops[32], "32s ingest #1 rejected 400 RecursiveInvocationException");
  EXPECT_EQ(world.journal.metrics, Lines{R"(32s RecursiveInvocationsDropped {"FunctionName":"ingest"})"});
  const std::string record = world.body_in("records");
  EXPECT_NE(record.find(R"("condition":"RecursiveInvocationException","approximateInvokeCount":0},)"),
            std::string::npos);
  EXPECT_TRUE(record.ends_with(R"("responsePayload":{}}})")) << "that of the event: the stopped one has none";
  EXPECT_EQ(before_the_last_end(world), "32s dead_lettered lambda: RecursiveInvocationException");
  EXPECT_TRUE(world.journal.is_balanced());
}

TEST(LambdaRecursion, SaysSoInTheDeadLetter) {
  LambdaWorld world({.recursion_max = 2});
  world.add({.cold_start = 0s, .on_success = function("pong"), .dead_letter = "dlq"});
  world.add({.name = "pong", .cold_start = 0s, .on_success = function("ingest")});
  world.invoke();
  world.run_to(1h);
  EXPECT_EQ(world.code.invocations.size(), 4u);
  const auto dead = support::received(world.scheduler, world.queues, "dlq");
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].attributes[1], (queues::MessageAttribute{"ErrorCode", "400", "Number"}));
  EXPECT_TRUE(dead[0].attributes[2].value.starts_with("Lambda has detected your function being invoked"));
}

TEST(LambdaRecursion, LosesTheEventWithoutADestination) {
  LambdaWorld world;
  add_loop(world, {});
  world.invoke();
  world.run_to(1h);
  EXPECT_EQ(before_the_last_end(world),
            "32s lost lambda: RecursiveInvocationException, and nowhere to put the event");
}

TEST(LambdaRecursion, IsNotLedAstrayByADestinationInTheLoop) {
  LambdaWorld world;
  add_loop(world, function("pong"));
  world.invoke();
  world.run_to(1h);
  // Stopped, the event goes to pong, which had its sixteen rounds as well, and has no destination.
  EXPECT_EQ(world.code.invocations.size(), 32u);
  EXPECT_EQ(before_the_last_end(world),
            "32s lost lambda: RecursiveInvocationException, and nowhere to put the event");

  LambdaWorld both;
  both.add({.cold_start = 0s, .on_success = function("pong"), .on_failure = function("pong")});
  both.add(
      {.name = "pong", .cold_start = 0s, .on_success = function("ingest"), .on_failure = function("ingest")});
  both.invoke();
  both.run_to(1h);
  EXPECT_EQ(both.code.invocations.size(), 32u);
  EXPECT_EQ(before_the_last_end(both),
            "32s lost lambda: RecursiveInvocationException, and nowhere to put the event");
  EXPECT_TRUE(both.journal.is_balanced());

  LambdaWorld queue;
  queue.add({.cold_start = 0s,
             .on_success = function("pong"),
             .on_failure = function("pong"),
             .dead_letter = "dlq"});
  queue.add(
      {.name = "pong", .cold_start = 0s, .on_success = function("ingest"), .on_failure = function("ingest")});
  queue.invoke();
  queue.run_to(1h);
  EXPECT_EQ(queue.queues.depth("dlq"), 2u) << "it was stopped twice";
  EXPECT_EQ(before_the_last_end(queue), "32s dead_lettered lambda: RecursiveInvocationException");
}

TEST(LambdaRecursion, CanBeAllowed) {
  LambdaWorld world;
  add_loop(world, {}, false);
  world.invoke();
  world.run_to(100s);
  EXPECT_EQ(world.code.invocations.size(), 101u);
}

TEST(LambdaRecursion, RefusesASynchronousCallOneRoundTooMany) {
  LambdaWorld world;
  world.add({.cold_start = 0s});
  const auto request = [&world](int rounds) {
    return support::run(
        world.scheduler,
        world.lambda.invoke({.function = "ingest", .payload = text("{}"), .trace_header = after(rounds)}));
  };
  EXPECT_EQ(request(15).status, 200);
  const InvokeResult refused = request(16);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.error_code, "RecursiveInvocationException");
  EXPECT_FALSE(refused.succeeded());
  EXPECT_EQ(world.journal.timeline(Stage::Invoke).back(),
            "1s ingest #1 rejected 400 RecursiveInvocationException");
}

TEST(LambdaRecursion, CountsABatchAsItsMessageOfTheLongestChain) {
  Batch batch(10);
  for (const int rounds : {1, 5, 2, 0}) {
    HeldMessage message;
    message.message_id = std::to_string(rounds);
    message.record = "{}";
    message.trace_header = after(rounds);
    EXPECT_TRUE(batch.add(std::move(message)));
  }
  EXPECT_EQ(invocations_in(batch.invocation("ingest", "q").trace_header, "ingest"), 5);
  Batch untraced(10);
  HeldMessage plain;
  plain.message_id = "m";
  EXPECT_TRUE(untraced.add(std::move(plain)));
  EXPECT_EQ(untraced.invocation("ingest", "q").trace_header, "");
}

}  // namespace
}  // namespace emulator::lambda
