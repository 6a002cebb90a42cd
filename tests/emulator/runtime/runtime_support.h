#pragma once
// A machine in virtual time: its processes are coroutines that speak the Runtime API, and it remembers what
// was done to them.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "emulator/runtime/process_code.h"
#include "emulator/sim/virtual_scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "tests/emulator/runtime/noting_journal.h"
#include "tests/support/run_task.h"

namespace emulator::runtime {

using namespace std::chrono_literals;
using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::Task;

constexpr const char* kEvent = "7a2d1f7e-5c0b-4f7e-9d58-2b1f5a3c9e10";

inline HttpRequest get_next() { return {.target = "/2018-06-01/runtime/invocation/next"}; }
inline HttpRequest post(const std::string& target, std::string body, kernel::Headers headers = {}) {
  return {.method = "POST",
          .target = "/2018-06-01/runtime/" + target,
          .headers = std::move(headers),
          .body = std::move(body)};
}

/// What a program sees of itself.
class FakeProcess {
 public:
  FakeProcess(kernel::Scheduler& its_scheduler, ProcessSpec its_spec, kernel::HttpHandler& its_api,
              ProcessListener& listener)
      : scheduler(its_scheduler), spec(std::move(its_spec)), api(its_api), listener_(listener) {}

  Task<HttpReply> call(HttpRequest request) { return api.handle(std::move(request)); }
  void print(std::string_view text) { listener_.line(Stream::Output, text); }
  void print_error(std::string_view text) { listener_.line(Stream::Error, text); }
  void exit(ProcessEnd end) {
    if (!has_ended_) timer_ = scheduler.call_soon([this, end] { finish(end); });
  }
  void finish(ProcessEnd end) {
    if (std::exchange(has_ended_, true)) return;
    life.cancel_all();
    listener_.ended(end);
  }
  void leave() {
    has_ended_ = true;
    if (timer_) scheduler.cancel(timer_);
    life.cancel_all();
  }
  bool has_ended() const { return has_ended_; }

  kernel::Scheduler& scheduler;
  const ProcessSpec spec;
  kernel::HttpHandler& api;
  bool obeys_terminate = true;
  std::vector<std::string> signals;
  kernel::TaskScope life;

 private:
  ProcessListener& listener_;
  bool has_ended_ = false;
  kernel::TimerId timer_;
};

class FakeMachine final : public Machine {
 public:
  using Program = std::function<Task<void>(FakeProcess&)>;
  FakeMachine(kernel::Scheduler& scheduler, Program program)
      : scheduler_(scheduler), program_(std::move(program)) {}

  kernel::Result<std::unique_ptr<Process>> start(const ProcessSpec& spec,
                                                 ProcessListener& listener) override {
    if (auto found = check(spec); !found) return std::unexpected(found.error());
    processes.push_back(std::make_shared<FakeProcess>(scheduler_, spec, *door_, listener));
    FakeProcess& process = *processes.back();
    process.life.spawn(program_(process));
    return std::make_unique<Handle>(processes.back());
  }
  kernel::Result<std::unique_ptr<Door>> open(kernel::HttpHandler& handler) override {
    door_ = &handler;
    return std::make_unique<FakeDoor>();
  }
  kernel::Result<int> free_port() override { return ++last_port; }
  bool is_listening(int port) const override { return listening.contains(port); }
  kernel::Result<> check(const ProcessSpec& spec) const override {
    if (spec.command.front() == "missing") return kernel::infrastructure("there is no program 'missing'");
    return {};
  }
  kernel::WallTime wall_time(kernel::Timestamp when) const override {
    return support::kWallStart + when.time_since_epoch() / speed;
  }
  kernel::Duration on_run_clock(kernel::Duration real) const override { return real * speed; }

  std::vector<std::shared_ptr<FakeProcess>> processes;  ///< in the order of their start, the dead too
  int speed = 1;
  int last_port = 0;
  std::set<int> listening;

 private:
  class Handle final : public Process {
   public:
    explicit Handle(std::shared_ptr<FakeProcess> process) : process_(std::move(process)) {}
    ~Handle() override { process_->leave(); }
    void terminate() override {
      process_->signals.emplace_back("TERM");
      if (process_->obeys_terminate) process_->exit({.signal = 15});
    }
    void kill() override {
      process_->signals.emplace_back("KILL");
      process_->exit({.signal = 9});
    }
    void read_output() override {}
    bool wait(std::chrono::milliseconds) override { return process_->obeys_terminate; }

   private:
    std::shared_ptr<FakeProcess> process_;
  };
  class FakeDoor final : public Door {
   public:
    std::string address() const override { return "127.0.0.1:1"; }
  };

  kernel::Scheduler& scheduler_;
  Program program_;
  /// For processes that call nobody.
  struct NoDoor final : kernel::HttpHandler {
    Task<HttpReply> handle(HttpRequest) override { co_return HttpReply{}; }
  } no_door_;
  kernel::HttpHandler* door_ = &no_door_;
};

/// Starts for `init`, then answers every event with itself, a second later.
inline Task<void> echo(FakeProcess& process, kernel::Duration init = 2s) {
  co_await kernel::sleep_for_duration(process.scheduler, init);
  while (true) {
    const HttpReply next = co_await process.call(get_next());
    const std::string id(next.response.headers.get("Lambda-Runtime-Aws-Request-Id"));
    process.print("got " + next.response.body);
    co_await kernel::sleep_for_duration(process.scheduler, 1s);
    co_await process.call(post("invocation/" + id + "/response", next.response.body));
  }
}

struct RuntimeBench {
  explicit RuntimeBench(FakeMachine::Program program = [](FakeProcess& process) { return echo(process); })
      : machine(scheduler, std::move(program)) {}

  ProcessCode& code() {
    if (!made_) made_ = std::make_unique<ProcessCode>(function, 7, Surroundings{scheduler, journal, machine});
    return *made_;
  }
  lambda::CodeInvocation invocation(std::string id, std::int64_t environment = 1) {
    return {.payload = std::make_shared<const std::string>(R"({"n":1})"),
            .request_id = std::move(id),
            .deadline = scheduler.now() + 30s,
            .hop = 0x53995c3f42cd8ad8,
            .environment = environment,
            .event = kEvent};
  }
  std::string run(std::string id, std::int64_t environment = 1) {
    const lambda::CodeResult result =
        support::run(scheduler, code().run(invocation(std::move(id), environment)));
    return result ? *result : result.error().type + ": " + result.error().message;
  }
  bool init(std::int64_t environment = 1) { return support::run(scheduler, code().init(environment)); }
  void pass(kernel::Duration duration) {
    bool is_over = false;
    scheduler.call_at(scheduler.now() + duration, [&is_over] { is_over = true; });
    while (!is_over) scheduler.step();
  }

  sim::VirtualScheduler scheduler{support::kWallStart};
  NotingJournal journal{scheduler};
  FakeMachine machine;
  ProcessFunction function{.name = "ingest",
                           .arn = "arn:ingest",
                           .region = "us-east-1",
                           .command = {"node"},
                           .folder = "/task",
                           .handler = "index.handler"};

 private:
  std::unique_ptr<ProcessCode> made_;
};

}  // namespace emulator::runtime
