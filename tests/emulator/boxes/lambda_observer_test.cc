#include <gtest/gtest.h>

#include "emulator/lambda/invocation_observer.h"
#include "tests/emulator/boxes/lambda_support.h"
#include "tests/support/run_task.h"

namespace emulator::lambda {
namespace {

class Remembering final : public InvocationObserver {
 public:
  explicit Remembering(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  void note(std::string_view function, InvocationFact fact, kernel::Duration duration) override {
    constexpr const char* kWords[] = {"accepted", "throttled", "started", "succeeded", "failed", "dropped"};
    lines.push_back(kernel::duration_text(scheduler_.now().time_since_epoch()) + " " + std::string(function) +
                    " " + kWords[static_cast<std::size_t>(fact)] + " " + kernel::duration_text(duration));
  }
  Lines lines;

 private:
  kernel::Scheduler& scheduler_;
};

/// The code runs for a second, behind a cold start of 250 ms, which is not the code's.
TEST(InvocationObserver, IsToldOfEveryAttemptOfAnEvent) {
  LambdaWorld world;
  Remembering told(world.scheduler);
  world.lambda.watch(&told);
  world.code.script = {std::unexpected(CodeError{"Boom", "no"}), "{}"};
  world.add({});
  world.invoke();
  world.run_to(10min);
  EXPECT_EQ(told.lines, (Lines{"0s ingest accepted 0s", "0s ingest started 0s", "1s250ms ingest failed 1s",
                               "1m1s250ms ingest started 1m1s250ms", "1m2s250ms ingest succeeded 1s"}));
}

TEST(InvocationObserver, IsToldWhenAnEventIsGivenUp) {
  LambdaWorld world;
  Remembering told(world.scheduler);
  world.lambda.watch(&told);
  world.add({.name = "off", .concurrency = 0});
  world.invoke(kEvent, "{}", "off");
  world.run_to(1s);
  EXPECT_EQ(told.lines, (Lines{"0s off accepted 0s", "0s off dropped 0s"}));
}

TEST(InvocationObserver, CountsABatchAsOneInvocation) {
  LambdaWorld world;
  Remembering told(world.scheduler);
  world.lambda.watch(&told);
  world.add({.name = "one", .concurrency = 1});
  const Invocation batch{
      .function = "one", .payload = text("{}"), .events = {{.event_uuid = "a"}, {.event_uuid = "b"}}};
  auto first = world.lambda.invoke(batch);
  const InvokeResult answer = support::run(world.scheduler, std::move(first));
  EXPECT_TRUE(answer.succeeded());
  EXPECT_EQ(told.lines, (Lines{"0s one started 0s", "1s250ms one succeeded 1s"}));
}

TEST(InvocationObserver, HearsOfThrottles) {
  LambdaWorld world;
  Remembering told(world.scheduler);
  world.lambda.watch(&told);
  world.add({.name = "one", .concurrency = 1});
  world.lambda.throttle("one", true, "a test");
  const InvokeResult answer =
      support::run(world.scheduler, world.lambda.invoke({.function = "one", .payload = text("{}")}));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(told.lines, Lines{"0s one throttled 0s"});
}

}  // namespace
}  // namespace emulator::lambda
