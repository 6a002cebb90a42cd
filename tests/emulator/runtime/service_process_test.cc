#include "emulator/runtime/service_process.h"

#include "tests/emulator/runtime/runtime_support.h"

namespace emulator::runtime {
namespace {

using kernel::Ending;
using kernel::HttpResult;
using kernel::NoAnswer;
using Lines = std::vector<std::string>;

/// Whoever listens at the port of an instance.
class Answers final : public kernel::HttpClient {
 public:
  Task<HttpResult> send(HttpRequest request, kernel::Timestamp) override {
    asked.push_back(std::move(request));
    co_return result;
  }
  HttpResult result =
      kernel::HttpResponse{200, {{"Content-Type", "text/plain"}, {"Keep-Alive", "timeout=5"}}, "ok"};
  std::vector<HttpRequest> asked;
};

Task<void> nothing(FakeProcess&) { co_return; }

struct ServiceBench {
  explicit ServiceBench(FakeMachine::Program program = nothing) : machine(scheduler, std::move(program)) {}

  ServiceProcess& start(const std::string& program = "service") {
    instance = std::make_unique<ServiceProcess>(
        ServiceSpec{.name = "middleware-1", .process = {.command = {program}, .folder = "/srv"}},
        ServiceSurroundings{scheduler, journal, machine, client,
                            [this](const std::string& name, const std::string& url) -> kernel::Result<> {
                              led.push_back(name + " " + url);
                              return {};
                            }});
    return *instance;
  }
  HttpReply ask(HttpRequest request = {.method = "POST", .host = "middleware", .target = "/events"}) {
    return support::run(scheduler, instance->handle(std::move(request)));
  }

  sim::VirtualScheduler scheduler{support::kWallStart};
  NotingJournal journal{scheduler};
  FakeMachine machine;
  Answers client;
  std::vector<std::string> led;
  std::unique_ptr<ServiceProcess> instance;
};

Task<void> listen_after(FakeProcess& process, kernel::Duration wait, FakeMachine*& machine) {
  co_await kernel::sleep_for_duration(process.scheduler, wait);
  machine->listening.insert(machine->last_port);
}

TEST(ServiceProcess, LetsRequestsWaitUntilItTakesConnections) {
  FakeMachine* machine = nullptr;
  ServiceBench bench([&machine](FakeProcess& process) { return listen_after(process, 150ms, machine); });
  machine = &bench.machine;
  bench.start();
  const HttpReply reply = bench.ask();
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(bench.scheduler.now(), kernel::at(160ms)) << "it is looked at every 20 ms";
  EXPECT_EQ(bench.led, Lines{"middleware-1 http://127.0.0.1:1"});
  EXPECT_EQ(bench.machine.processes[0]->spec.variables, (Variables{{"PORT", "1"}}));
  EXPECT_EQ(bench.journal.notes,
            (Lines{"0s middleware-1, : starting, port 1", "160ms middleware-1, : up, it takes connections"}));
}

TEST(ServiceProcess, PassesRequestsOnWithoutWhatBelongsToAConnection) {
  ServiceBench bench;
  bench.machine.listening.insert(1);
  bench.start();
  const HttpReply reply =
      bench.ask({.method = "POST",
                 .host = "middleware",
                 .target = "/events?x=1",
                 .headers = {{"ce-id", "1"}, {"Connection", "close"}, {"Content-Length", "2"}},
                 .body = "{}"});
  ASSERT_EQ(bench.client.asked.size(), 1U);
  const HttpRequest& asked = bench.client.asked[0];
  EXPECT_EQ(asked.host, "middleware-1");
  EXPECT_EQ(asked.target, "/events?x=1");
  EXPECT_EQ(asked.body, "{}");
  EXPECT_EQ(asked.headers.size(), 1U);
  EXPECT_EQ(asked.headers.get("ce-id"), "1");
  EXPECT_EQ(reply.response.body, "ok");
  EXPECT_EQ(reply.response.headers.size(), 1U);
}

TEST(ServiceProcess, SaysHowItFailedToAnswer) {
  struct Case {
    NoAnswer error;
    Ending ending;
  };
  const Case cases[] = {{NoAnswer::Refused, Ending::Reset},         {NoAnswer::Reset, Ending::Reset},
                        {NoAnswer::ClosedEarly, Ending::Empty},     {NoAnswer::BodyTruncated, Ending::Reset},
                        {NoAnswer::ProtocolError, Ending::Garbage}, {NoAnswer::Timeout, Ending::Hang}};
  ServiceBench bench;
  bench.machine.listening.insert(1);
  bench.start();
  for (const Case& c : cases) {
    bench.client.result = std::unexpected(c.error);
    EXPECT_EQ(bench.ask().ending, c.ending) << kernel::to_text(c.error);
  }
}

Task<void> end_after(FakeProcess& process, kernel::Duration life) {
  co_await kernel::sleep_for_duration(process.scheduler, life);
  process.print("that was it");
  process.exit({.status = 3});
}

TEST(ServiceProcess, IsStartedAgainWithAPortOfItsOwnEachTimeLater) {
  ServiceBench bench([](FakeProcess& process) { return end_after(process, 100ms); });
  bench.start();
  bench.scheduler.run_until(kernel::at(8s));
  EXPECT_EQ(bench.led, (Lines{"middleware-1 http://127.0.0.1:1", "middleware-1 http://127.0.0.1:2",
                              "middleware-1 http://127.0.0.1:3", "middleware-1 http://127.0.0.1:4"}));
  const Lines expected = {
      "0s middleware-1, : starting, port 1",      "100ms middleware-1, : down, exit status 3",
      "1s100ms middleware-1, : starting, port 2", "1s200ms middleware-1, : down, exit status 3",
      "3s200ms middleware-1, : starting, port 3", "3s300ms middleware-1, : down, exit status 3",
      "7s300ms middleware-1, : starting, port 4", "7s400ms middleware-1, : down, exit status 3"};
  EXPECT_EQ(bench.journal.notes, expected);
  EXPECT_EQ(bench.journal.logs[0], R"(middleware-1: that was it {"stream":"stdout"} )");
}

TEST(ServiceProcess, FindsNobodyWhileItIsDown) {
  ServiceBench bench([](FakeProcess& process) { return end_after(process, 100ms); });
  bench.start();
  bench.scheduler.run_until(kernel::at(500ms));
  EXPECT_EQ(bench.ask().ending, Ending::Reset);
  EXPECT_TRUE(bench.client.asked.empty());
}

TEST(ServiceProcess, LogsThatThereIsNoSuchProgram) {
  ServiceBench bench;
  bench.start("missing");
  EXPECT_EQ(bench.journal.logs, Lines{"middleware-1: there is no program 'missing'  "});
  EXPECT_EQ(bench.ask().ending, Ending::Reset);
}

TEST(ServiceProcess, IsToldToEndAndKilledWhenItDoesNot) {
  struct Case {
    bool obeys;
    Lines signals;
  };
  for (const Case& c : {Case{true, {"TERM"}}, Case{false, {"TERM", "KILL"}}}) {
    ServiceBench bench;
    bench.start();
    bench.machine.processes[0]->obeys_terminate = c.obeys;
    bench.instance.reset();
    EXPECT_EQ(bench.machine.processes[0]->signals, c.signals);
  }
}

}  // namespace
}  // namespace emulator::runtime
