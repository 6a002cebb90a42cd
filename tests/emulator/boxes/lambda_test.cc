#include "emulator/lambda/lambda.h"

#include <gtest/gtest.h>

#include "emulator/queues/queues.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/received.h"

namespace emulator::lambda {
namespace {

using kernel::Duration;
using kernel::Stage;

CodeError broken() { return {"Error", "no stock"}; }

/// Takes its time and answers from a script; the last answer repeats. It notes who ran and who was killed.
class ScriptedCode final : public FunctionCode {
 public:
  explicit ScriptedCode(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  kernel::Task<CodeResult> run(CodeInvocation invocation) override {
    const std::size_t nth = invocations.size();
    invocations.push_back(invocation);
    Alive alive{killed};
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + takes);
    alive.has_ended = true;
    if (script.empty()) co_return "{}";
    co_return script[std::min(nth, script.size() - 1)];
  }

  Duration takes = 1s;
  std::vector<CodeResult> script;
  std::vector<CodeInvocation> invocations;
  int killed = 0;

 private:
  struct Alive {
    int& killed;
    bool has_ended = false;
    ~Alive() {
      if (!has_ended) ++killed;
    }
  };
  kernel::Scheduler& scheduler_;
};

struct LambdaBench : Bench {
  queues::Queues queues{
      {{.name = "orders-dlq"}, {.name = "orders-failed"}, {.name = "small", .message_bytes_max = 10}},
      7,
      scheduler,
      journal};
  ScriptedCode code{scheduler};
  Lambda lambda{7, scheduler, journal, queues};

  void add(FunctionConfig config) { lambda.add(std::move(config), code); }
  AcceptResult invoke(std::string_view event = kEvent) {
    if (std::ranges::find(journal.events, event, &RecordingJournal::Event::uuid) == journal.events.end())
      journal.begin(event);
    return lambda.invoke_async("ingest", {.event_uuid = std::string(event), .payload = text(R"({"n":1})")});
  }
  std::string record() {
    const auto messages = support::received(scheduler, queues, "orders-failed");
    return messages.size() == 1 ? messages[0].body
                                : "there are " + std::to_string(messages.size()) + " records";
  }
};

TEST(Lambda, RunsAFailingFunctionThreeTimesUnderOneRequestId) {
  LambdaBench bench;
  bench.add({.name = "ingest", .cold_start = 0s, .on_failure = "orders-failed"});
  bench.code.script = {std::unexpected(broken())};
  EXPECT_EQ(bench.invoke().status, 202);
  bench.run_to(1h);
  EXPECT_EQ(
      bench.journal.timeline(Stage::Invoke),
      (Lines{"0s..1s ingest #1 failed 200 Error: no stock", "1m1s..1m2s ingest #2 failed 200 Error: no stock",
             "3m2s..3m3s ingest #3 failed 200 Error: no stock"}));
  ASSERT_EQ(bench.code.invocations.size(), 3u);
  for (const CodeInvocation& i : bench.code.invocations)
    EXPECT_EQ(i.request_id, bench.code.invocations[0].request_id);
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"3m3s dead_lettered lambda: RetriesExhausted"});
  EXPECT_EQ(
      bench.record(),
      R"({"version":"1.0","timestamp":"2026-01-05T09:03:03.000Z","requestContext":{"requestId":")" +
          bench.code.invocations[0].request_id +
          R"(","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:ingest:$LATEST",)"
          R"("condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"n":1},)"
          R"("responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},)"
          R"("responsePayload":{"errorType":"Error","errorMessage":"no stock"}})");
}

TEST(Lambda, DeliversWhenTheSecondAttemptSucceeds) {
  LambdaBench bench;
  bench.add({.name = "ingest", .cold_start = 0s});
  bench.code.script = {std::unexpected(broken()), R"({"ok":true})"};
  bench.invoke();
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke),
            (Lines{"0s..1s ingest #1 failed 200 Error: no stock", "1m1s..1m2s ingest #2 ok 200"}));
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"1m2s delivered lambda"});
  EXPECT_EQ(bench.lambda.pending(), 0u);
}

TEST(Lambda, LooksAheadWhenItJudgesAnEventsAge) {
  struct Case {
    Duration age;
    std::size_t attempts;
    std::string end;
  };
  const Case cases[] = {{60s, 1, "1s dead_lettered lambda: EventAgeExceeded"},
                        {90s, 2, "1m2s dead_lettered lambda: EventAgeExceeded"},
                        {6h, 3, "3m3s dead_lettered lambda: RetriesExhausted"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(kernel::duration_text(c.age));
    LambdaBench bench;
    bench.add({.name = "ingest",
               .cold_start = 0s,
               .async = {.event_age_max = c.age},
               .on_failure = "orders-failed"});
    bench.code.script = {std::unexpected(broken())};
    bench.invoke();
    bench.run_to(24h);
    EXPECT_EQ(bench.code.invocations.size(), c.attempts);
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{c.end});
  }
}

TEST(Lambda, NeverRunsWithoutReservedConcurrencyAndRecordsNoResponse) {
  LambdaBench bench;
  bench.add({.name = "ingest", .concurrency = 0, .on_failure = "orders-failed", .dead_letter = "orders-dlq"});
  EXPECT_EQ(bench.invoke().status, 202) << "the caller sees success";
  bench.run_to(1h);
  EXPECT_EQ(bench.code.invocations.size(), 0u);
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke), Lines{});
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s dead_lettered lambda: ZeroReservedConcurrency"});
  const auto dead = support::received(bench.scheduler, bench.queues, "orders-dlq");
  ASSERT_EQ(dead.size(), 1u);
  const std::string request_id = dead[0].attributes[0].value;
  EXPECT_EQ(
      bench.record(),
      R"({"version":"1.0","timestamp":"2026-01-05T09:00:00.000Z","requestContext":{"requestId":")" +
          request_id +
          R"(","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:ingest:$LATEST",)"
          R"("condition":"ZeroReservedConcurrency","approximateInvokeCount":0},"requestPayload":{"n":1}})");
}

TEST(Lambda, KillsTheCodeAtTheTimeoutAndStartsColdAfterwards) {
  LambdaBench bench;
  bench.add({.name = "ingest",
             .timeout = 3s,
             .cold_start = 250ms,
             .async = {.function_error_retries_max = 1},
             .on_failure = "orders-failed"});
  bench.code.takes = 3s;  // at equality the timeout wins
  bench.invoke();
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke),
            (Lines{"0s..3s250ms ingest #1 timeout 200 Sandbox.Timedout",
                   "1m3s250ms..1m6s500ms ingest #2 timeout 200 Sandbox.Timedout"}));
  EXPECT_EQ(bench.code.killed, 2);
  EXPECT_EQ(bench.code.invocations[0].deadline, kernel::at(3250ms));
  EXPECT_NE(bench.record().find(
                R"("responsePayload":{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: )" +
                bench.code.invocations[0].request_id + R"( Error: Task timed out after 3.00 seconds"}})"),
            std::string::npos);
}

TEST(Lambda, StartsColdOnceAndStaysWarmUntilItIsIdleTooLong) {
  LambdaBench bench;
  bench.add({.name = "ingest", .cold_start = 250ms, .idle_max = 10min});
  for (const Duration at : {Duration{0s}, Duration{10s}, Duration{11min}, Duration{22min}}) {
    bench.run_to(at);
    bench.invoke("event at " + kernel::duration_text(at));
  }
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke),
            (Lines{"0s..1s250ms ingest #1 ok 200", "10s..11s ingest #1 ok 200",
                   "11m..11m1s250ms ingest #1 ok 200", "22m..22m1s250ms ingest #1 ok 200"}))
      << "idle for 10m49s, then for 10m58s750ms";
}

TEST(Lambda, CountsAnInitLongerThanTenSecondsAgainstTheTimeout) {
  LambdaBench bench;
  bench.add({.name = "ingest", .timeout = 15s, .cold_start = 12s});
  bench.invoke();
  bench.run_to(1h);
  // Killed after 10 s, then 12 s again inside the invocation, then the code.
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke), Lines{"0s..23s ingest #1 ok 200"});

  LambdaBench tight;
  tight.add({.name = "ingest",
             .timeout = 12s,
             .cold_start = 12s,
             .async = {.function_error_retries_max = 0},
             .on_failure = "orders-failed"});
  tight.invoke();
  tight.run_to(1h);
  EXPECT_EQ(tight.journal.timeline(Stage::Invoke), Lines{"0s..22s ingest #1 timeout 200 Sandbox.Timedout"});
  EXPECT_EQ(tight.code.invocations.size(), 0u) << "the code never began";
}

TEST(Lambda, LosesTheEnvironmentOfAProcessThatEnded) {
  LambdaBench bench;
  bench.add({.name = "ingest", .cold_start = 250ms});
  bench.code.script = {
      std::unexpected(
          CodeError{"Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: exit status 1"}),
      "{}"};
  bench.invoke();
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke)[1], "1m1s250ms..1m2s500ms ingest #2 ok 200")
      << "cold again";
}

TEST(Lambda, ThrottlesBeyondItsConcurrencyWithoutUsingRetriesUp) {
  LambdaBench bench;
  bench.add({.name = "ingest",
             .concurrency = 1,
             .timeout = 10s,
             .cold_start = 0s,
             .async = {.function_error_retries_max = 0}});
  bench.code.takes = 4s;
  bench.invoke("a");
  bench.invoke("b");
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke),
            (Lines{"0s..4s ingest #1 ok 200", "0s ingest #1 throttled 429 TooManyRequestsException",
                   "1s ingest #2 throttled 429 TooManyRequestsException",
                   "3s ingest #3 throttled 429 TooManyRequestsException", "7s..11s ingest #4 ok 200"}));
  EXPECT_EQ(bench.journal.ends_of("b"), Lines{"11s delivered lambda"});
}

TEST(Lambda, KeepsTheLastInvocationsErrorWhenAThrottleEndsTheEvent) {
  LambdaBench bench;
  bench.add({.name = "ingest",
             .cold_start = 0s,
             .async = {.event_age_max = 90s},
             .on_failure = "orders-failed",
             .dead_letter = "orders-dlq"});
  bench.code.script = {std::unexpected(broken())};
  bench.invoke();
  bench.run_to(10s);
  bench.lambda.throttle("ingest", true, "test");
  bench.run_to(1h);
  // Throttled at 61, 62, 64, 68 and 76 s; at 76 + 16 s it would be older than 90 s.
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"1m16s dead_lettered lambda: EventAgeExceeded"});
  EXPECT_NE(bench.record().find(R"("approximateInvokeCount":1},"requestPayload":{"n":1},"responseContext")"),
            std::string::npos);
  const auto dead = support::received(bench.scheduler, bench.queues, "orders-dlq");
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].attributes[1], (queues::MessageAttribute{"ErrorCode", "429", "Number"}));
  EXPECT_EQ(dead[0].attributes[2], (queues::MessageAttribute{"ErrorMessage", "Rate Exceeded."}));
  EXPECT_EQ(bench.journal.transitions, Lines{"10s ingest available -> throttled"});
}

TEST(Lambda, GivesAnEventToBothItsDestinationAndItsDeadLetterQueue) {
  LambdaBench bench;
  bench.add({.name = "ingest",
             .cold_start = 0s,
             .async = {.function_error_retries_max = 0},
             .on_failure = "orders-failed",
             .dead_letter = "orders-dlq"});
  // 1 KB of the message: the two-byte character on the border does not fit whole.
  bench.code.script = {std::unexpected(CodeError{"Error", std::string(1023, 'x') + "\u00e4"})};
  bench.invoke();
  bench.run_to(1h);
  EXPECT_EQ(bench.queues.depth("orders-failed"), 1u);
  const auto dead = support::received(bench.scheduler, bench.queues, "orders-dlq");
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].body, R"({"n":1})") << "the event itself";
  EXPECT_EQ(dead[0].attributes,
            (queues::MessageAttributes{{"RequestID", bench.code.invocations[0].request_id},
                                       {"ErrorCode", "200", "Number"},
                                       {"ErrorMessage", std::string(1023, 'x')}}));
  EXPECT_EQ(bench.journal.ends_of(kEvent).size(), 1u) << "and it ends once";
}

TEST(Lambda, LeavesAGivenUpEventToQueuesThatHaveAConsumer) {
  struct Case {
    const char* name;
    std::vector<std::string> consumed;
    Lines ends;
  };
  const Case cases[] = {{"nobody reads", {}, {"1s dead_lettered lambda: RetriesExhausted"}},
                        {"one is read", {"orders-dlq"}, {"1s delivered queue orders-dlq"}},
                        {"both are",
                         {"orders-failed", "orders-dlq"},
                         {"1s delivered queue orders-failed", "1s delivered queue orders-dlq"}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaBench bench;
    bench.add({.name = "ingest",
               .cold_start = 0s,
               .async = {.function_error_retries_max = 0},
               .on_failure = "orders-failed",
               .dead_letter = "orders-dlq"});
    bench.code.script = {std::unexpected(broken())};
    for (const std::string& queue : c.consumed) bench.queues.attach(queue);
    bench.invoke();
    bench.run_to(1s);
    for (const std::string& queue : c.consumed) {
      const auto messages = support::received(bench.scheduler, bench.queues, queue);
      bench.queues.remove(queue, messages.at(0).receipt_handle).value();
    }
    EXPECT_EQ(bench.journal.ends_of(kEvent), c.ends);
    EXPECT_TRUE(bench.journal.is_balanced());
  }
}

TEST(Lambda, LosesAnEventThatNobodyKeeps) {
  struct Case {
    const char* name;
    FunctionConfig config;
  };
  const Case cases[] = {{"no destination", {.name = "ingest"}},
                        {"the destination is gone", {.name = "ingest", .on_failure = "gone"}},
                        {"it refuses the record's size", {.name = "ingest", .on_failure = "small"}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaBench bench;
    FunctionConfig config = c.config;
    config.cold_start = 0s;
    config.async.function_error_retries_max = 0;
    bench.add(config);
    bench.code.script = {std::unexpected(broken())};
    bench.invoke();
    bench.run_to(1h);
    EXPECT_EQ(bench.journal.ends_of(kEvent),
              Lines{"1s lost lambda: RetriesExhausted, and nowhere to put the event"});
  }
}

TEST(Lambda, RefusesWhatItCannotQueue) {
  LambdaBench bench;
  bench.add({.name = "ingest"});
  const AcceptResult unknown = bench.lambda.invoke_async("other", {.event_uuid = "x", .payload = text("{}")});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.error_code, "ResourceNotFoundException");
  EXPECT_EQ(unknown.message,
            "Function not found: arn:aws:lambda:us-east-1:123456789012:function:other:$LATEST");
  const AcceptResult large =
      bench.lambda.invoke_async("ingest", {.event_uuid = "x", .payload = text(std::string(1'048'577, ' '))});
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.error_code, "RequestTooLargeException");
  EXPECT_EQ(
      bench.lambda.invoke_async("ingest", {.event_uuid = "", .payload = text(std::string(1'048'576, ' '))})
          .status,
      202)
      << "exactly 1 MB is taken";
}

TEST(Lambda, GoesAwayInTheMiddleOfEverything) {
  Bench bench;
  queues::Queues queues({}, 7, bench.scheduler, bench.journal);
  ScriptedCode code(bench.scheduler);
  {
    Lambda lambda(7, bench.scheduler, bench.journal, queues);
    lambda.add({.name = "ingest", .concurrency = 2, .cold_start = 1s}, code);
    for (const char* event : {"a", "b", "c"}) {
      bench.journal.begin(event);
      lambda.invoke_async("ingest", {.event_uuid = event, .payload = text("{}")});
      bench.run_to(bench.scheduler.now().time_since_epoch() + 700ms);
    }
  }
  EXPECT_EQ(code.killed, 1) << "a had ended, b was running, c waited for its second attempt";
  EXPECT_EQ(bench.scheduler.pending(), 0u) << "no timer is left behind";
  EXPECT_TRUE(std::ranges::none_of(bench.journal.hops, &RecordingJournal::Hop::is_open));
}

}  // namespace
}  // namespace emulator::lambda
