#include <gtest/gtest.h>

#include <algorithm>

#include "emulator/compute/amzn_trace.h"
#include "tests/emulator/boxes/ecs_bench.h"

namespace emulator::compute {
namespace {

using kernel::Duration;
using kernel::Stage;

TEST(EcsService, GivesRequestsToHealthyTasksInTurn) {
  EcsBench bench(config_of(3));
  bench.call(5);
  bench.run_to(2s);
  EXPECT_EQ(bench.answers, (Lines{"1s 200 1", "1s 200 2", "1s 200 3", "1s 200 1", "1s 200 2"}));
  EXPECT_EQ(bench.journal.timeline(Stage::Compute).front(), "0s..1s middleware #1 ok 200");
}

TEST(EcsService, ChecksTheHealthOfItsTasksAtTheInterval) {
  EcsBench bench(config_of(2));
  bench.run_to(1min);
  EXPECT_EQ(bench.apps.checks, (Lines{"30s 1", "30s 2", "1m 1", "1m 2"}));
}

TEST(EcsService, ANewTaskServesAfterItsStartAndItsFirstCheck) {
  EcsBench bench(config_of(1));
  bench.run_to(10s);
  bench.service->set_desired(2, "by the test");
  bench.call(2);
  bench.run_to(69s);
  bench.call(2);
  bench.run_to(70s);
  bench.call(2);
  bench.run_to(2min);
  EXPECT_EQ(bench.answers,
            (Lines{"11s 200 1", "11s 200 1", "1m10s 200 1", "1m10s 200 1", "1m11s 200 2", "1m11s 200 1"}));
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1  -> healthy", "10s middleware 1 -> 2", "10s middleware-2  -> pending",
                   "1m10s middleware-2 pending -> initial", "1m10s middleware-2 initial -> healthy"}));
}

TEST(EcsService, ReplacesATaskThatIsUnhealthyAndKeepsItUntilThen) {
  EcsBench bench(config_of(2));
  bench.apps.sick = 1;
  bench.run_to(65s);
  bench.call(2);  // both to the one that is healthy
  bench.run_to(3min);
  EXPECT_EQ(bench.answers, (Lines{"1m6s 200 2", "1m6s 200 2"}));
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1  -> healthy", "0s middleware-2  -> healthy",
                   "1m middleware-1 healthy -> unhealthy", "1m middleware-3  -> pending",
                   "2m middleware-3 pending -> initial", "2m middleware-3 initial -> healthy",
                   "2m middleware-1 unhealthy -> draining", "2m middleware-1 draining -> stopping",
                   "2m middleware-1 stopping -> stopped"}));
}

TEST(EcsService, FailsOpenWhenNoTaskIsHealthy) {
  EcsBench bench(config_of(1));
  bench.apps.sick = 1;
  bench.run_to(61s);
  EXPECT_EQ(bench.journal.transitions[1], "1m middleware-1 healthy -> unhealthy");
  bench.call(1);
  bench.run_to(70s);
  EXPECT_EQ(bench.answers, (Lines{"1m2s 200 1"}));
}

TEST(EcsService, AnswersForATargetThatDoesNot) {
  struct Case {
    const char* name;
    kernel::Ending ending;
    Duration takes;
    const char* answer;
    const char* why;
  };
  const Case cases[] = {
      {"reset", kernel::Ending::Reset, 1s, "1s 502", "the target closed the connection"},
      {"closed", kernel::Ending::Empty, 1s, "1s 502", "the target closed the connection"},
      {"malformed", kernel::Ending::Garbage, 1s, "1s 502", "the target's answer is malformed"},
      {"short body", kernel::Ending::Truncated, 1s, "1s 504", "the target's body is shorter than it said"},
      {"late", kernel::Ending::Complete, 60s, "1m 504", "the target did not answer within the idle timeout"},
      {"never", kernel::Ending::Hang, 1s, "1m 504", "the target did not answer within the idle timeout"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EcsBench bench(config_of(1));
    bench.apps.takes = c.takes;
    bench.apps.reply.ending = c.ending;
    bench.call();
    bench.run_to(2min);
    EXPECT_EQ(bench.answers, Lines{c.answer});
    EXPECT_EQ(bench.journal.hops.front().error, c.why);
    EXPECT_EQ(bench.last.response.headers.get("server"), "awselb/2.0");
  }
}

TEST(EcsService, LetsTheApplicationGoOnBehindTheIdleTimeout) {
  EcsBench bench(config_of(1));
  bench.apps.takes = 90s;
  bench.call();
  bench.run_to(89s);
  EXPECT_EQ(bench.answers, Lines{"1m 504"});
  EXPECT_EQ(bench.apps.ended, 0);
  bench.run_to(90s);
  EXPECT_EQ(bench.apps.ended, 1);
}

TEST(EcsService, NeverAnswers429ButLater) {
  EcsBench bench(config_of(1, 100ms));
  bench.apps.takes = 0s;
  bench.call(3);
  bench.run_to(1s);
  EXPECT_EQ(bench.answers, (Lines{"100ms 200 1", "200ms 200 1", "300ms 200 1"}));
  bench.call(700);  // 70 s of work: what is behind the first minute of it is late
  bench.run_to(2min);
  const auto times = [&bench](const std::string& status) {
    return std::ranges::count_if(bench.answers,
                                 [&](const std::string& a) { return a.find(" " + status) != a.npos; });
  };
  EXPECT_EQ(times("200"), 3 + 599);
  EXPECT_EQ(times("504"), 101);
  EXPECT_EQ(times("429"), 0);
}

TEST(EcsService, SaysHowMuchOfTheCpuWasUsed) {
  EcsAlbConfig config = config_of(2, 1s);
  config.task.vcpu = 2;  // half a second each
  EcsBench bench(config);
  bench.call(10);
  bench.run_to(10s);
  const ServiceReading first = bench.service->read();
  EXPECT_EQ(first.cpu, (std::vector<double>{25, 25}));
  EXPECT_EQ(first.healthy, 2);
  bench.run_to(20s);
  EXPECT_EQ(bench.service->read().cpu, (std::vector<double>{0, 0}));
  EXPECT_EQ(bench.service->read().cpu, std::vector<double>{}) << "no time has passed";
}

TEST(EcsService, DrainsATaskThatIsTooMany) {
  EcsBench bench(config_of(2));
  bench.apps.takes = 40s;
  bench.call(2);
  bench.run_to(5s);
  bench.service->set_desired(1, "by the test");
  bench.call(1);
  bench.run_to(2min);
  EXPECT_EQ(bench.answers, (Lines{"40s 200 1", "40s 200 2", "45s 200 1"}));
  EXPECT_EQ(bench.journal.transitions.back(), "40s middleware-2 stopping -> stopped");
  EXPECT_EQ(bench.apps.terminated, std::vector<std::int64_t>{2});
}

TEST(EcsService, BreaksOffWhatIsNotDoneWhenTheDeregistrationDelayIsOver) {
  EcsAlbConfig config = config_of(2);
  config.deregistration_delay = 10s;
  EcsBench bench(config);
  bench.apps.takes = 30s;
  bench.call(2);
  bench.run_to(5s);
  bench.service->set_desired(1, "by the test");
  bench.run_to(2min);
  EXPECT_EQ(bench.answers, (Lines{"15s 502", "30s 200 1"}));
  EXPECT_EQ(bench.apps.ended, 2) << "within the grace the application goes on";
  EXPECT_EQ(bench.journal.transitions.back(), "30s middleware-2 stopping -> stopped");
}

TEST(EcsService, KillsWhatDoesNotEndWithinTheGrace) {
  EcsBench bench(config_of(2));
  bench.apps.are_idle = false;
  bench.run_to(5s);
  bench.service->set_desired(1, "by the test");
  bench.run_to(2min);
  EXPECT_EQ(bench.journal.transitions.back(), "35s middleware-2 stopping -> stopped");
}

TEST(EcsService, IsRidOfATaskThatCrashesWhileItEnds) {
  EcsBench bench(config_of(2));
  bench.apps.are_idle = false;
  bench.run_to(5s);
  bench.service->set_desired(1, "by the test");
  bench.run_to(10s);
  EXPECT_EQ(bench.service->crashable("middleware"), (std::vector<std::int64_t>{1, 2}));
  bench.service->crash("middleware-2", 20s);
  EXPECT_EQ(bench.journal.transitions.back(), "10s middleware-2 stopping -> stopped");
  EXPECT_EQ(bench.service->crashable("middleware"), std::vector<std::int64_t>{1});
  bench.run_to(2min);
  EXPECT_EQ(bench.service->tasks(), 1U);
}

TEST(EcsService, RefusesConnectionsOfATaskThatCrashed) {
  EcsBench bench(config_of(1));
  bench.apps.takes = 10s;
  bench.call();
  bench.run_to(5s);
  bench.service->crash("middleware-1", 20s);
  bench.call();
  bench.run_to(26s);
  bench.call();
  bench.run_to(1min);
  EXPECT_EQ(bench.answers, (Lines{"5s 502", "5s 502", "36s 200 1"}));
  EXPECT_EQ(bench.apps.ended, 1);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1  -> healthy", "5s middleware-1 healthy -> crashed",
                   "25s middleware-1 crashed -> healthy"}));
}

TEST(EcsService, ReplacesATaskThatIsDownForLong) {
  EcsBench bench(config_of(1));
  bench.service->crash("middleware", 10min);
  bench.run_to(3min);
  bench.call();
  bench.run_to(4min);
  EXPECT_EQ(bench.answers, Lines{"3m1s 200 2"});
  EXPECT_EQ(bench.journal.transitions.back(), "2m middleware-1 draining -> stopped");
}

TEST(EcsService, RecordsAClientThatWentAs460) {
  EcsBench bench(config_of(1));
  bench.call();
  bench.run_to(500ms);
  bench.callers.cancel_all();
  bench.run_to(5s);
  EXPECT_EQ(bench.journal.timeline(Stage::Compute),
            Lines{"0s..500ms middleware #1 cancelled 460 the client went before there was an answer"});
  EXPECT_EQ(bench.apps.ended, 1);
}

TEST(EcsService, AddsTheHeadersOfALoadBalancer) {
  EcsBench bench(config_of(1));
  bench.call(1, {{"X-Forwarded-For", "10.1.2.3"}, {"X-Amzn-Trace-Id", "Root=1-a-b;Sampled=1"}});
  bench.run_to(5s);
  EXPECT_EQ(bench.apps.headers_seen.get("X-Forwarded-For"), "10.1.2.3, 127.0.0.1");
  EXPECT_EQ(bench.apps.headers_seen.get("X-Forwarded-Proto"), "https");
  EXPECT_EQ(bench.apps.headers_seen.get("X-Forwarded-Port"), "443");
  const std::string trace(bench.apps.headers_seen.get("X-Amzn-Trace-Id"));
  EXPECT_EQ(trace.substr(0, 16), "Self=1-695b7d90-") << trace;
  EXPECT_EQ(trace.substr(40), ";Root=1-a-b;Sampled=1");
}

TEST(ForwardedTrace, KeepsTheRootAndReplacesSelf) {
  struct Case {
    const char* header;
    const char* forwarded;
  };
  const Case cases[] = {
      {"", "Root=1-x"},
      {"Root=1-a-b", "Self=1-x;Root=1-a-b"},
      {"Self=1-old;Root=1-a-b;CalledFrom=app", "Self=1-x;Root=1-a-b;CalledFrom=app"},
      {"Self=1-old", "Root=1-x"},
      {"CalledFrom=app", "Root=1-x;CalledFrom=app"},
  };
  for (const Case& c : cases) EXPECT_EQ(forwarded_trace(c.header, "1-x"), c.forwarded) << c.header;
}

}  // namespace
}  // namespace emulator::compute
