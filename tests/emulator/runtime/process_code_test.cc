#include "emulator/lambda/lambda.h"
#include "emulator/queues/queues.h"
#include "tests/emulator/runtime/runtime_support.h"

namespace emulator::runtime {
namespace {

using Lines = std::vector<std::string>;

Task<void> crash_at_work(FakeProcess& process, ProcessEnd end) {
  co_await process.call(get_next());
  process.print("about to fail");
  process.exit(end);
}

TEST(ProcessCode, StartsAProcessAndKeepsItForTheNextInvocation) {
  RuntimeBench bench;
  EXPECT_TRUE(bench.init());
  EXPECT_EQ(bench.scheduler.now(), kernel::at(2s));
  EXPECT_EQ(bench.run("id-1"), R"({"n":1})");
  EXPECT_EQ(bench.run("id-2"), R"({"n":1})");
  EXPECT_EQ(bench.scheduler.now(), kernel::at(4s));
  EXPECT_EQ(bench.machine.processes.size(), 1U);
  EXPECT_EQ(bench.journal.notes,
            (Lines{"0s ingest, environment 1: initialising", "2s ingest, environment 1: ready"}));
}

TEST(ProcessCode, GivesEachEnvironmentAProcessOfItsOwn) {
  RuntimeBench bench;
  std::vector<Task<lambda::CodeResult>> tasks;
  for (const std::int64_t environment : {1, 2, 3})
    tasks.push_back(bench.code().run(bench.invocation("id-" + std::to_string(environment), environment)));
  std::optional<std::vector<lambda::CodeResult>> results;
  kernel::TaskScope scope;
  const auto all = [](std::vector<Task<lambda::CodeResult>> running,
                      std::optional<std::vector<lambda::CodeResult>>& out) -> Task<void> {
    out = co_await kernel::all_of(std::move(running));
  };
  scope.spawn(all(std::move(tasks), results));
  while (!results) bench.scheduler.step();
  EXPECT_EQ(bench.scheduler.now(), kernel::at(3s));
  EXPECT_EQ(bench.machine.processes.size(), 3U);
  EXPECT_EQ(bench.code().alive(), 3U);
}

TEST(ProcessCode, TellsTheProcessWhatItsInvocationIs) {
  kernel::Headers headers;
  RuntimeBench bench([&headers](FakeProcess& process) -> Task<void> {
    const auto note = [](FakeProcess& its, kernel::Headers& out) -> Task<void> {
      const HttpReply next = co_await its.call(get_next());
      out = next.response.headers;
      co_await its.call(post("invocation/id-1/response", "null"));
    };
    return note(process, headers);
  });
  EXPECT_EQ(bench.run("id-1"), "null");
  EXPECT_EQ(headers.get("Lambda-Runtime-Aws-Request-Id"), "id-1");
  EXPECT_EQ(headers.get("Lambda-Runtime-Invoked-Function-Arn"), "arn:ingest");
  EXPECT_EQ(headers.get("Lambda-Runtime-Trace-Id"),
            "Root=1-7a2d1f7e-5c0b4f7e9d582b1f5a3c9e10;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=c3817c01:1");
  // 2026-01-05T09:00:30Z
  EXPECT_EQ(headers.get("Lambda-Runtime-Deadline-Ms"), "1767603630000");
}

TEST(ProcessCode, GivesRealTimeToAProcessWhenTheRunIsFaster) {
  RuntimeBench bench;
  bench.machine.speed = 60;
  EXPECT_EQ(bench.code().on_run_clock(30s), 30min);
}

TEST(ProcessCode, SaysHowAProcessEnded) {
  struct Case {
    const char* name;
    ProcessEnd end;
    const char* result;
    const char* why;
  };
  const Case cases[] = {
      {"status",
       {.status = 127},
       "RequestId: id-1 Error: Runtime exited with error: exit status 127",
       "exit status 127"},
      {"killed",
       {.signal = 9},
       "RequestId: id-1 Error: Runtime exited with error: signal: killed",
       "signal: killed"},
      {"crashed",
       {.signal = 11},
       "RequestId: id-1 Error: Runtime exited with error: signal: segmentation fault",
       "signal: segmentation fault"},
      {"no reason", {}, "RequestId: id-1 Error: Runtime exited without providing a reason", "exit status 0"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RuntimeBench bench([&c](FakeProcess& process) { return crash_at_work(process, c.end); });
    EXPECT_EQ(bench.run("id-1"), std::string("Runtime.ExitError: ") + c.result);
    EXPECT_EQ(bench.journal.notes.back(), std::string("0s ingest, environment 1: ended, ") + c.why);
    EXPECT_EQ(
        bench.journal.logs,
        (Lines{
            std::string(
                R"(/aws/lambda/ingest: about to fail {"requestId":"id-1","environment":1,"stream":"stdout"} )") +
            kEvent}));
    // The next one gets a new process.
    bench.run("id-2");
    EXPECT_EQ(bench.machine.processes.size(), 2U);
  }
}

TEST(ProcessCode, FailsAnInvocationWithTheErrorOfItsInit) {
  const std::string error = R"({"errorType":"Error","errorMessage":"no such file","trace":[]})";
  RuntimeBench bench([&error](FakeProcess& process) -> Task<void> {
    const auto fail = [](FakeProcess& its, std::string body) -> Task<void> {
      co_await its.call(post("init/error", std::move(body)));
      its.exit({.status = 129});
    };
    return fail(process, error);
  });
  EXPECT_FALSE(bench.init());
  const lambda::CodeResult result = support::run(bench.scheduler, bench.code().run(bench.invocation("id-1")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, "Error");
  EXPECT_EQ(result.error().message, "no such file");
  EXPECT_EQ(result.error().payload, error);
  EXPECT_TRUE(result.error().ends_environment);
  bench.pass(1s);
  EXPECT_EQ(bench.code().alive(), 0U);
  EXPECT_FALSE(bench.init());
  EXPECT_EQ(bench.machine.processes.size(), 2U);  // begun anew
}

TEST(ProcessCode, SaysThatAProgramIsMissing) {
  RuntimeBench bench;
  bench.function.command = {"missing"};
  EXPECT_FALSE(bench.init());
  EXPECT_EQ(bench.run("id-1"),
            "Runtime.InvalidEntrypoint: RequestId: id-1 Error: there is no program 'missing'");
}

TEST(ProcessCode, KillsTheProcessOfAnInvocationThatIsDestroyed) {
  RuntimeBench bench;
  {
    auto running = bench.code().run(bench.invocation("id-1"));
    kernel::TaskScope scope;
    std::optional<lambda::CodeResult> result;
    scope.spawn(support::keep(std::move(running), result));
    bench.pass(2500ms);
  }
  EXPECT_EQ(bench.machine.processes[0]->signals, Lines{"KILL"});
  bench.pass(0s);
  EXPECT_EQ(bench.code().alive(), 0U);
  EXPECT_EQ(bench.journal.notes.back(), "2s500ms ingest, environment 1: ended, killed with its invocation");
}

TEST(ProcessCode, ReplacesAProcessThatEndedWhileItWasIdle) {
  RuntimeBench bench;
  bench.run("id-1");
  bench.machine.processes[0]->exit({.signal = 9});
  bench.pass(1s);
  EXPECT_EQ(bench.code().alive(), 0U);
  EXPECT_EQ(bench.run("id-2"), R"({"n":1})");
  EXPECT_EQ(bench.machine.processes.size(), 2U);
}

TEST(ProcessCode, EndsAProcessThatIsNotUsed) {
  RuntimeBench bench;
  bench.function.idle_max = 1min;
  bench.run("id-1");
  bench.machine.processes[0]->obeys_terminate = false;
  bench.pass(59s);
  EXPECT_EQ(bench.machine.processes[0]->signals, Lines{});
  bench.pass(1s);
  EXPECT_EQ(bench.machine.processes[0]->signals, Lines{"TERM"});
  bench.pass(2s);
  EXPECT_EQ(bench.machine.processes[0]->signals, (Lines{"TERM", "KILL"}));
  bench.pass(0s);
  EXPECT_EQ(bench.code().alive(), 0U);
  EXPECT_EQ(bench.journal.notes.back(), "1m5s ingest, environment 1: ended, idle");
}

TEST(ProcessCode, EndsEverythingWhenItStops) {
  RuntimeBench bench;
  bench.run("id-1", 1);
  bench.run("id-2", 2);
  bench.machine.processes[1]->obeys_terminate = false;
  bench.code().stop();
  EXPECT_EQ(bench.code().alive(), 0U);
  for (const auto& process : bench.machine.processes) {
    EXPECT_EQ(process->signals, Lines{"TERM"});
    EXPECT_TRUE(process->has_ended());  // its destructor kills
  }
}

struct LambdaOnProcesses : RuntimeBench {
  explicit LambdaOnProcesses(FakeMachine::Program program) : RuntimeBench(std::move(program)) {
    lambda.add({.name = "ingest", .timeout = 5s, .cold_start = 0s}, code());
  }
  void invoke() {
    lambda.invoke_async("ingest",
                        {.event_uuid = kEvent, .payload = std::make_shared<const std::string>("{}")});
    while (lambda.pending() > 0) scheduler.step();
  }
  queues::Queues queues{{}, 7, scheduler, journal};
  lambda::Lambda lambda{7, scheduler, journal, queues};
};

TEST(LambdaOnProcesses, RunsAnEventAgainInANewProcessAfterACrash) {
  int started = 0;
  LambdaOnProcesses bench([&started](FakeProcess& process) {
    return ++started == 1 ? crash_at_work(process, {.signal = 9}) : echo(process);
  });
  bench.invoke();
  EXPECT_EQ(bench.journal.ends, Lines{"1m3s delivered"});
  EXPECT_EQ(started, 2);
}

TEST(LambdaOnProcesses, DoesNotCountAnInitAgainstTheTimeout) {
  LambdaOnProcesses bench([](FakeProcess& process) { return echo(process, 9s); });
  bench.invoke();
  EXPECT_EQ(bench.journal.ends, Lines{"10s delivered"});
  EXPECT_EQ(bench.machine.processes.size(), 1U);
}

TEST(LambdaOnProcesses, BeginsAnInitOfTenSecondsAnewInsideTheInvocation) {
  int started = 0;
  LambdaOnProcesses bench(
      [&started](FakeProcess& process) { return echo(process, ++started == 1 ? 10s : 3s); });
  bench.invoke();
  EXPECT_EQ(bench.machine.processes[0]->signals, Lines{"KILL"});
  EXPECT_EQ(bench.journal.ends, Lines{"14s delivered"});
}

TEST(LambdaOnProcesses, KillsAProcessAtTheTimeoutAndStartsAnother) {
  int started = 0;
  LambdaOnProcesses bench([&started](FakeProcess& process) -> Task<void> {
    const auto hang = [](FakeProcess& its) -> Task<void> { co_await its.call(get_next()); };
    return ++started == 1 ? hang(process) : echo(process);
  });
  bench.invoke();
  EXPECT_EQ(bench.machine.processes[0]->signals, Lines{"KILL"});
  EXPECT_EQ(bench.journal.ends, Lines{"1m8s delivered"});
  EXPECT_EQ(started, 2);
}

}  // namespace
}  // namespace emulator::runtime
