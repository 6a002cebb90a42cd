// Functions that are real processes: a shell script with curl, and our own bootstrap, on real sockets.
#include <poll.h>

#include "emulator/runner/live_machine.h"
#include "emulator/runtime/process_code.h"
#include "middleware/live/child_process.h"
#include "tests/emulator/runtime/noting_journal.h"
#include "tests/programs/program.h"

namespace program_tests {
namespace {

using emulator::NotingJournal;
using emulator::lambda::CodeResult;
namespace runtime = emulator::runtime;

/// What every script begins with: `next` leaves the event in $event and its id in $id.
constexpr const char* kShell = R"sh(#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
next() {
  event=$(curl -sS -D head.$$ "$api/invocation/next") || exit 1
  id=$(tr -d '\r' <head.$$ | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
}
respond() { curl -sS -o /dev/null -H 'Content-Type: application/json' --data-binary "$1" "$api/invocation/$id/response"; }
)sh";

kernel::Task<void> keep(kernel::Task<CodeResult> running, std::vector<CodeResult>& results) {
  results.push_back(co_await std::move(running));
}

struct Bench {
  runtime::ProcessCode& shell(const std::string& script) {
    const std::string path = folder.file("bootstrap", kShell + script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return run_command({"./bootstrap"});
  }
  runtime::ProcessCode& run_command(std::vector<std::string> command, runtime::Variables variables = {}) {
    code = std::make_unique<runtime::ProcessCode>(runtime::ProcessFunction{.name = "ingest",
                                                                           .arn = "arn:ingest",
                                                                           .region = "us-east-1",
                                                                           .command = std::move(command),
                                                                           .folder = folder.path(),
                                                                           .handler = "bootstrap",
                                                                           .variables = std::move(variables)},
                                                  7, runtime::Surroundings{loop, journal, *machine});
    return *code;
  }
  void begin(const std::string& id, std::string payload = R"({"n":1})", std::int64_t environment = 1) {
    scope.spawn(keep(code->run({.payload = std::make_shared<const std::string>(std::move(payload)),
                                .request_id = id,
                                .deadline = loop.now() + 60s,
                                .hop = 0x53995c3f42cd8ad8,
                                .environment = environment,
                                .event = kEvent}),
                     results));
  }
  bool run_until_results(std::size_t count) {
    return run_until(loop, [this, count] { return results.size() >= count; });
  }
  std::string run(const std::string& id, std::string payload = R"({"n":1})") {
    results.clear();
    begin(id, std::move(payload));
    if (!run_until_results(1)) return "no result";
    return results[0] ? *results[0] : results[0].error().type + ": " + results[0].error().message;
  }
  bool has_logged(const std::string& text) const {
    return std::ranges::any_of(journal.logs,
                               [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }

  Folder folder;
  live::Loop loop;
  NotingJournal journal{loop};
  std::unique_ptr<runtime::Machine> machine = emulator::runner::live_machine(loop);
  std::unique_ptr<runtime::ProcessCode> code;
  std::vector<CodeResult> results;
  kernel::TaskScope scope;
};

TEST(ShellBootstrap, RunsOneEventAfterTheOther) {
  Bench bench;
  bench.shell("echo started >&2; while :; do next; echo \"got $event\"; respond \"$event\"; done");
  EXPECT_EQ(bench.run("id-1", R"({"n":1})"), R"({"n":1})");
  EXPECT_EQ(bench.run("id-2", R"({"n":2})"), R"({"n":2})");
  EXPECT_EQ(bench.code->alive(), 1U);
  EXPECT_TRUE(bench.has_logged(
      R"(/aws/lambda/ingest: started {"requestId":"id-1","environment":1,"stream":"stderr"})"));
  EXPECT_TRUE(bench.has_logged(
      R"(/aws/lambda/ingest: got {"n":1} {"requestId":"id-1","environment":1,"stream":"stdout"})"));
  EXPECT_TRUE(bench.has_logged(
      R"(/aws/lambda/ingest: got {"n":2} {"requestId":"id-2","environment":1,"stream":"stdout"})"));
  bench.code->stop();
  EXPECT_EQ(bench.code->alive(), 0U);
}

TEST(ShellBootstrap, IsTakenIntoServiceOnceForEachEnvironment) {
  Bench bench;
  // Each waits for the other: only side by side can they answer.
  bench.shell(
      R"(while :; do next; mkfifo meet 2>/dev/null; if mkdir first 2>/dev/null; then read -r x <meet; else echo >meet; fi; respond "$event"; done)");
  bench.begin("id-1", "1", 1);
  bench.begin("id-2", "2", 2);
  ASSERT_TRUE(bench.run_until_results(2));
  EXPECT_EQ(bench.code->alive(), 2U);
}

TEST(ShellBootstrap, FailsAsItDoes) {
  struct Case {
    const char* name;
    const char* script;
    const char* result;
  };
  const Case cases[] = {
      {"exit", "next; exit 3",
       "Runtime.ExitError: RequestId: id-1 Error: Runtime exited with error: exit status 3"},
      {"exit in init", "exit 1",
       "Runtime.ExitError: RequestId: id-1 Error: Runtime exited with error: exit status 1"},
      {"kill -9", "next; kill -9 $$",
       "Runtime.ExitError: RequestId: id-1 Error: Runtime exited with error: signal: killed"},
      {"no reason", "next; exit 0",
       "Runtime.ExitError: RequestId: id-1 Error: Runtime exited without providing a reason"},
      {"its own error",
       R"(next; curl -sS -o /dev/null -d '{"errorType":"OutOfStock","errorMessage":"no SO-1"}' "$api/invocation/$id/error"; next)",
       "OutOfStock: no SO-1"},
      {"init error",
       R"(curl -sS -o /dev/null -d '{"errorType":"NoConfig","errorMessage":"no file"}' "$api/init/error"; exit 1)",
       "NoConfig: no file"},
      {"too large",
       R"(next; head -c 6291557 /dev/zero | curl -sS -o /dev/null --data-binary @- "$api/invocation/$id/response"; next)",
       "Function.ResponseSizeTooLarge: Response payload size (6291557 bytes) exceeded maximum allowed "
       "payload size (6291556 bytes)."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Bench bench;
    bench.shell(c.script);
    EXPECT_EQ(bench.run("id-1"), c.result);
  }
}

TEST(ShellBootstrap, IsReplacedAfterItWasKilled) {
  Bench bench;
  bench.shell(R"(while :; do next; if mkdir once 2>/dev/null; then kill -9 $$; fi; respond "$event"; done)");
  EXPECT_NE(bench.run("id-1").find("signal: killed"), std::string::npos);
  EXPECT_EQ(bench.run("id-1"), R"({"n":1})");
}

TEST(ShellBootstrap, DiesWithWhatItStartedWhenItsInvocationIsOver) {
  Bench bench;
  bench.shell("next; sleep 1000 & echo $! >pid; echo \"pid $!\"; wait");
  bench.begin("id-1");
  ASSERT_TRUE(run_until(bench.loop, [&bench] { return bench.has_logged("pid "); }));
  int pid = 0;
  std::ifstream(bench.folder.path() + "/pid") >> pid;
  const auto sleeper = live::ChildProcess::watch_end(pid);
  ASSERT_TRUE(sleeper.is_open());
  bench.scope.cancel_all();  // as the timeout does
  ASSERT_TRUE(run_until(bench.loop, [&bench] { return bench.code->alive() == 0; }));
  pollfd watched{sleeper.get(), POLLIN, 0};
  EXPECT_EQ(poll(&watched, 1, 60'000), 1);
}

TEST(OwnBootstrap, HandsEventsFromTheRuntimeToTheMiddleware) {
  Bench bench;
  bench.folder.file("middleware.yaml", orders_yaml("", "", ""));
  ScriptedHandler middleware;
  const auto server = serve(bench.loop, middleware);
  bench.run_command({std::string(RELAYRIG_BINARY_DIR) + "/bootstrap"},
                    {{"MIDDLEWARE_URL", server->base_url()}});
  const std::string event = std::string(R"({"detail-type":"Order_Placed__e","source":"s","detail":{"id":")") +
                            kEvent + R"(","payload":)" + kPayload + "}}";
  EXPECT_EQ(bench.run("id-1", event), std::string(R"({"status":200,"eventId":")") + kEvent + R"("})");
  ASSERT_EQ(middleware.asked.size(), 1U);
  EXPECT_EQ(middleware.asked[0].body, kPayload);
  // The event's trace and the invoke hop go on.
  EXPECT_EQ(middleware.asked[0].headers.get("traceparent"), kernel::traceparent(kEvent, 0x53995c3f42cd8ad8));
  EXPECT_TRUE(bench.has_logged("invoke ingest: ok"));
}

/// As Lambda unpacks it: the program runs with the libraries of the zip, whatever the machine has.
TEST(OwnBootstrap, RunsFromItsZipWithTheLibrariesInIt) {
  Bench bench;
  const std::string root = bench.folder.path();
  ASSERT_EQ(
      std::system(("cd '" + root + "' && cmake -E tar xf '" RELAYRIG_BINARY_DIR "/bootstrap.zip'").c_str()),
      0);
  bench.folder.file("middleware.yaml", orders_yaml("", "", ""));
  ScriptedHandler middleware;
  const auto server = serve(bench.loop, middleware);
  bench.run_command({"./bootstrap"}, {{"MIDDLEWARE_URL", server->base_url()}, {"LAMBDA_TASK_ROOT", root}});
  const std::string event = std::string(R"({"detail-type":"Order_Placed__e","source":"s","detail":{"id":")") +
                            kEvent + R"(","payload":)" + kPayload + "}}";
  EXPECT_EQ(bench.run("id-1", event), std::string(R"({"status":200,"eventId":")") + kEvent + R"("})");
  EXPECT_EQ(middleware.asked.size(), 1U);

  // No library is taken from the machine.
  const std::string list = "cd '" + root + "' && \"$PWD\"/lib/ld-linux-* --list --library-path '" + root +
                           "/lib' bin/bootstrap > libraries";
  ASSERT_EQ(std::system(list.c_str()), 0);
  std::ifstream libraries(root + "/libraries");
  int found = 0;
  for (std::string line; std::getline(libraries, line);) {
    const std::size_t arrow = line.find("=> ");
    if (arrow == std::string::npos) continue;
    ++found;
    EXPECT_EQ(line.compare(arrow + 3, root.size(), root), 0) << line;
  }
  EXPECT_GT(found, 5);
}

TEST(OwnBootstrap, SaysWhyItCannotStart) {
  Bench bench;
  bench.folder.file("middleware.yaml", orders_yaml("", "", ""));
  bench.run_command({std::string(RELAYRIG_BINARY_DIR) + "/bootstrap"});
  EXPECT_EQ(bench.run("id-1"), "MissingVariable: MIDDLEWARE_URL is not set: the base URL of the middleware");
}

}  // namespace
}  // namespace program_tests
