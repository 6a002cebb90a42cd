#include "middleware/kernel/answer_scope.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "tests/support/run_task.h"

namespace kernel {
namespace {

using emulator::sim::VirtualScheduler;
using namespace std::chrono_literals;

/// An answer with a text too long to be kept within a promise, and one that is never seen.
struct Reply {
  std::string text;
  bool is_silent = false;
};
bool never_arrives(const Reply& reply) { return reply.is_silent; }

/// Something that is held while the work goes on.
using Held = std::shared_ptr<int>;

class AnswerScopeTest : public testing::Test {
 protected:
  Task<Reply> work(Duration takes, Reply reply) {
    if (takes.count() > 0) co_await sleep_for_duration(scheduler, takes);
    log += "worked ";
    co_return reply;
  }
  Task<Reply> failing(Duration takes) {
    co_await sleep_for_duration(scheduler, takes);
    throw std::runtime_error("broken");
  }
  /// Waits for the answer and notes it with its time.
  Task<void> ask(Task<Reply> task, Duration deadline) {
    auto answer = scope.answer(std::move(task), at(deadline), held);
    held.reset();
    std::optional<Reply> reply = co_await answer;
    log += (reply ? reply->text : "nothing") + "@" +
           std::to_string(nanoseconds(scheduler.now()) / 1'000'000) + " ";
  }

  VirtualScheduler scheduler{support::kWallStart};
  std::string log;
  Held held = std::make_shared<int>(1);
  std::weak_ptr<int> seen = held;
  AnswerScope<Reply, Held> scope{scheduler};
  TaskScope callers;
};

TEST_F(AnswerScopeTest, TheAnswerOrTheDeadlineComesFirst) {
  struct Case {
    const char* name;
    Duration takes;
    bool is_silent;
    Duration deadline;
    const char* log;
  };
  const Case cases[] = {
      {"an answer", 20ms, false, 50ms, "worked x@20 "},
      {"an answer without waiting", 0ms, false, 50ms, "worked x@0 "},
      {"without waiting, and no time", 0ms, false, 0ms, "worked x@0 "},
      {"too late: the work goes on", 70ms, false, 50ms, "nothing@50 worked "},
      {"at equality the deadline wins", 50ms, false, 50ms, "worked nothing@50 "},
      {"no time at all", 20ms, false, 0ms, "nothing@0 worked "},
      {"an answer that never arrives", 20ms, true, 50ms, "worked nothing@50 "},
      {"the same without waiting", 0ms, true, 50ms, "worked nothing@50 "},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    VirtualScheduler clock{support::kWallStart};
    AnswerScope<Reply> one{clock};
    std::string text;
    const auto worker = [](VirtualScheduler& s, std::string& out, Duration takes,
                           bool silent) -> Task<Reply> {
      co_await sleep_until(s, at(takes));
      out += "worked ";
      co_return Reply{"x", silent};
    };
    const auto asker = [](VirtualScheduler& s, std::string& out, AnswerScope<Reply>& of, Task<Reply> task,
                          Duration deadline) -> Task<void> {
      const std::optional<Reply> reply = co_await of.answer(std::move(task), at(deadline));
      out += (reply ? reply->text : "nothing") + "@" + std::to_string(nanoseconds(s.now()) / 1'000'000) + " ";
    };
    TaskScope scope_of_callers;
    scope_of_callers.spawn(asker(clock, text, one, worker(clock, text, c.takes, c.is_silent), c.deadline));
    clock.run();
    EXPECT_EQ(text, c.log);
    EXPECT_EQ(one.running(), 0U);
    EXPECT_EQ(scope_of_callers.running(), 0U);
  }
}

TEST_F(AnswerScopeTest, WhatIsHeldGoesBackWhenTheWorkEndsNotWhenTheCallerLeaves) {
  callers.spawn(ask(work(40ms, {"late"}), 10ms));
  scheduler.run_until(at(39ms));
  EXPECT_EQ(log, "nothing@10 ");
  EXPECT_EQ(scope.running(), 1U);
  EXPECT_FALSE(seen.expired());
  scheduler.run();
  EXPECT_EQ(log, "nothing@10 worked ");
  EXPECT_EQ(scope.running(), 0U);
  EXPECT_TRUE(seen.expired());
}

TEST_F(AnswerScopeTest, WhatIsHeldIsFreeBeforeTheCallerGoesOn) {
  callers.spawn(ask(work(10ms, {"x"}), 50ms));
  scheduler.step();
  EXPECT_EQ(log, "worked ") << "the caller goes on from the loop";
  EXPECT_TRUE(seen.expired());
  EXPECT_EQ(scope.running(), 0U);
  scheduler.run();
  EXPECT_EQ(log, "worked x@10 ");
}

TEST_F(AnswerScopeTest, ACallerMayGoAtAnyMoment) {
  {
    TaskScope while_it_works;
    while_it_works.spawn(ask(work(10ms, {"x"}), 50ms));
  }
  EXPECT_EQ(scope.running(), 1U);
  scheduler.run();
  EXPECT_EQ(log, "worked ");
  {
    TaskScope when_it_has_ended;
    when_it_has_ended.spawn(ask(work(10ms, {"x"}), 1h));
    scheduler.step();
    EXPECT_EQ(scheduler.pending(), 1U) << "the wake-up";
  }
  EXPECT_EQ(scheduler.pending(), 0U) << "it went with the caller, and so did the deadline";
  {
    const auto never_awaited = scope.answer(work(1ms, {"x"}), at(1h));
  }
  EXPECT_EQ(scope.running(), 0U);
}

TEST_F(AnswerScopeTest, CancellingLeavesWaitersToTheirDeadline) {
  callers.spawn(ask(work(30ms, {"x"}), 50ms));
  scheduler.run_until(at(10ms));
  scope.cancel_all();
  EXPECT_TRUE(seen.expired());
  scheduler.run();
  EXPECT_EQ(log, "nothing@50 ");
}

TEST_F(AnswerScopeTest, AFailureReachesWhoWaitsOrLeavesTheLoop) {
  const auto guarded = [](AnswerScope<Reply, Held>& of, Task<Reply> task, std::string& out) -> Task<void> {
    try {
      co_await of.answer(std::move(task), at(1h));
    } catch (const std::runtime_error& error) {
      out += error.what();
    }
  };
  callers.spawn(guarded(scope, failing(5ms), log));
  scheduler.run();
  EXPECT_EQ(log, "broken");
  {
    TaskScope gone;
    gone.spawn(ask(failing(5ms), 1h));
  }
  EXPECT_THROW(scheduler.run(), std::runtime_error);
  EXPECT_EQ(scope.running(), 0U);
}

// --- a value that stays where it is

TEST_F(AnswerScopeTest, AValueCanBeLeftInItsTask) {
  const auto outer = [](Task<Reply> task, std::string& out) -> Task<Reply> {
    co_await task.ended();
    co_return [&task, &out] {
      Reply reply = task.take();
      out += "made ";
      return reply;
    };
  };
  EXPECT_EQ(support::run(scheduler, outer(work(5ms, {"left"}), log)).text, "left");
  EXPECT_EQ(log, "worked made ");
  EXPECT_THROW(support::run(scheduler, outer(failing(5ms), log)), std::runtime_error);
}

}  // namespace
}  // namespace kernel
