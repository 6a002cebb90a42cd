// Lambda's synchronous side.
#include <gtest/gtest.h>

#include "emulator/lambda/lambda.h"
#include "emulator/queues/queues.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/run_task.h"

namespace emulator::lambda {
namespace {

using kernel::Stage;

class OneAnswer final : public FunctionCode {
 public:
  explicit OneAnswer(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  kernel::Task<CodeResult> run(CodeInvocation invocation) override {
    invocations.push_back(invocation);
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + takes);
    co_return answer;
  }
  CodeResult answer = R"({"ok":true})";
  kernel::Duration takes = 1s;
  std::vector<CodeInvocation> invocations;

 private:
  kernel::Scheduler& scheduler_;
};

struct InvokeBench : Bench {
  queues::Queues queues{{}, 7, scheduler, journal};
  OneAnswer code{scheduler};
  Lambda lambda{7, scheduler, journal, queues};

  void add(FunctionConfig config) { lambda.add(std::move(config), code); }
  InvokeResult invoke(std::string payload = "{}", std::vector<InvokedEvent> events = {}) {
    return support::run(scheduler, lambda.invoke({.function = "ingest",
                                                  .payload = text(std::move(payload)),
                                                  .events = std::move(events)}));
  }
  kernel::Task<void> keep(Invocation invocation) {
    answers.push_back(co_await lambda.invoke(std::move(invocation)));
  }
  std::vector<InvokeResult> answers;
  kernel::TaskScope tasks;
};

TEST(LambdaInvoke, AnswersWhatTheFunctionAnswers) {
  InvokeBench bench;
  bench.add({.name = "ingest", .cold_start = 250ms});
  const InvokeResult result = bench.invoke(R"({"n":1})");
  EXPECT_TRUE(result.succeeded());
  EXPECT_EQ(result.payload, R"({"ok":true})");
  EXPECT_EQ(result.request_id.size(), 36u);
  EXPECT_EQ(*bench.code.invocations.at(0).payload, R"({"n":1})");
  EXPECT_EQ(bench.code.invocations.at(0).deadline, kernel::at(3250ms)) << "after the cold start";
  bench.invoke();
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke),
            (Lines{"0s..1s250ms ingest #1 ok 200", "1s250ms..2s250ms ingest #1 ok 200"}));
  EXPECT_EQ(bench.journal.hops[0].operation, "RequestResponse");
}

TEST(LambdaInvoke, FlagsAFunctionsError) {
  struct Case {
    const char* name;
    CodeResult answer;
    kernel::Duration takes;
    std::string payload;
    std::string hop;
    bool is_warm;
  };
  const Case cases[] = {
      {"a handler that fails", std::unexpected(CodeError{"Error", "no \"stock\""}), 1s,
       R"({"errorType":"Error","errorMessage":"no \"stock\""})", "failed 200 Error: no \"stock\"", true},
      {"a process that ends", std::unexpected(CodeError{"Runtime.ExitError", "gone"}), 1s,
       R"({"errorType":"Runtime.ExitError","errorMessage":"gone"})", "failed 200 Runtime.ExitError: gone",
       false},
      {"a timeout", "{}", 5s, "Error: Task timed out after 3.00 seconds\"}", "timeout 200 Sandbox.Timedout",
       false},
      {"a response of the limit", std::string(6'291'556, ' '), 1s, std::string(6'291'556, ' '), "ok 200",
       true},
      {"a larger one", std::string(6'291'557, ' '), 1s,
       R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size (6291557 bytes) exceeded )"
       R"(maximum allowed payload size (6291556 bytes)."})",
       "failed 200 Function.ResponseSizeTooLarge: Response payload size (6291557 bytes) exceeded maximum "
       "allowed "
       "payload size (6291556 bytes).",
       true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    InvokeBench bench;
    bench.add({.name = "ingest", .timeout = 3s, .cold_start = 500ms});
    bench.code.answer = c.answer;
    bench.code.takes = c.takes;
    const InvokeResult result = bench.invoke();
    EXPECT_EQ(result.status, 200);
    EXPECT_EQ(result.function_error, c.hop == "ok 200" ? "" : "Unhandled");
    EXPECT_TRUE(result.payload.ends_with(c.payload)) << result.payload;
    EXPECT_TRUE(bench.journal.timeline(Stage::Invoke).at(0).ends_with(" ingest #1 " + c.hop));
    const kernel::Timestamp before = bench.scheduler.now();
    bench.code.takes = 1s;
    bench.invoke();
    EXPECT_EQ(bench.scheduler.now() - before, c.is_warm ? 1s : 1500ms) << "warm or cold again";
  }
}

TEST(LambdaInvoke, ThrottlesWithoutFreeConcurrency) {
  InvokeBench bench;
  bench.add({.name = "ingest", .concurrency = 1, .cold_start = 0s});
  bench.tasks.spawn(bench.keep({.function = "ingest", .payload = text("{}")}));
  const InvokeResult result = bench.invoke();
  EXPECT_EQ(result.status, 429);
  EXPECT_EQ(result.error_code, "TooManyRequestsException");
  EXPECT_EQ(result.reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
  EXPECT_EQ(result.message, "Rate Exceeded.");
  EXPECT_FALSE(result.succeeded());
  bench.run_to(1s);
  EXPECT_TRUE(bench.answers.at(0).succeeded());
  bench.lambda.throttle("ingest", true, "test");
  EXPECT_EQ(bench.invoke().status, 429);
  bench.lambda.throttle("ingest", false, "test");
  EXPECT_TRUE(bench.invoke().succeeded());
}

TEST(LambdaInvoke, RefusesWhatItCannotRun) {
  InvokeBench bench;
  bench.add({.name = "ingest"});
  const InvokeResult unknown =
      support::run(bench.scheduler, bench.lambda.invoke({.function = "other", .payload = text("{}")}));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.message,
            "Function not found: arn:aws:lambda:us-east-1:123456789012:function:other:$LATEST");
  EXPECT_TRUE(bench.invoke(std::string(6'291'456, ' ')).succeeded());
  const InvokeResult large = bench.invoke(std::string(6'291'457, ' '));
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.error_code, "RequestTooLargeException");
  EXPECT_EQ(
      large.message,
      "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)");
  EXPECT_EQ(bench.lambda.timeout_of("ingest"), 3s);
  EXPECT_EQ(bench.lambda.timeout_of("other"), std::nullopt);
}

TEST(LambdaInvoke, GivesEachEventOfABatchAHop) {
  InvokeBench bench;
  bench.add({.name = "ingest", .cold_start = 0s});
  bench.invoke("{}", {{.event_uuid = "a", .cause = 11}, {.event_uuid = "b", .cause = 12}});
  EXPECT_EQ(bench.journal.timeline(Stage::Invoke),
            (Lines{"0s..1s ingest #1 ok 200", "0s..1s ingest #1 ok 200"}));
  EXPECT_EQ(bench.journal.hops[1].event, "b");
  EXPECT_EQ(bench.journal.hops[1].parent, 12u);
  EXPECT_EQ(bench.code.invocations.at(0).event_hops, (std::vector<kernel::HopId>{1, 2}));
  EXPECT_EQ(bench.code.invocations.at(0).hop, 1u);
}

}  // namespace
}  // namespace emulator::lambda
