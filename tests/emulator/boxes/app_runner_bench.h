#pragma once
// App Runner over instances that answer after a while with their number.
#include <gtest/gtest.h>

#include "emulator/compute/app_runner.h"
#include "middleware/kernel/task_scope.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::compute {

using kernel::Duration;
using kernel::HttpReply;
using kernel::HttpRequest;

/// Instances that answer after a while with their number.
class ScriptedApps final : public InstanceFactory {
 public:
  explicit ScriptedApps(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  std::unique_ptr<kernel::HttpHandler> start(std::int64_t number) override {
    return std::make_unique<App>(*this, number, scheduler_);
  }
  std::unique_ptr<kernel::HttpHandler> start_on(CpuGate& cpu, std::int64_t number) override {
    return std::make_unique<App>(*this, number, cpu);
  }

  void gone(std::int64_t number) override { gone_for_good.push_back(number); }

  std::vector<std::int64_t> gone_for_good;
  Duration takes = 1s;
  HttpReply reply{};
  int running = 0;
  int ended = 0;
  kernel::Headers headers_seen;
  Duration ticks{};         ///< how often an instance does something by itself; 0: never
  Lines ticked;             ///< "5s middleware-1"
  std::vector<int> health;  ///< the statuses that "/health" gives, one after the other; then 200
  std::size_t health_asked = 0;
  std::int64_t sick = 0;  ///< the instance of this number gives 401

 private:
  class App final : public kernel::HttpHandler {
   public:
    App(ScriptedApps& apps, std::int64_t number, kernel::Scheduler& cpu)
        : apps_(apps), number_(number), cpu_(cpu) {
      if (apps_.ticks.count() > 0) background_.spawn(tick());
    }
    ~App() override { EXPECT_EQ(running_, 0) << "an instance goes only when nothing runs on it"; }
    kernel::Task<HttpReply> handle(HttpRequest request) override {
      if (request.target == "/health") co_return HttpReply{.response = {apps_.next_health(number_)}};
      apps_.headers_seen = request.headers;
      const Running running(*this);
      co_await kernel::sleep_until(cpu_, cpu_.now() + apps_.takes);
      ++apps_.ended;
      HttpReply reply = apps_.reply;
      if (reply.response.body.empty()) reply.response.body = std::to_string(number_);
      co_return reply;
    }

   private:
    struct Running {
      explicit Running(App& its_app) : app(its_app) {
        ++app.running_;
        ++app.apps_.running;
      }
      Running(const Running&) = delete;
      Running& operator=(const Running&) = delete;
      ~Running() {
        --app.running_;
        --app.apps_.running;
      }
      App& app;
    };
    kernel::Task<void> tick() {
      while (true) {
        co_await kernel::sleep_until(cpu_, cpu_.now() + apps_.ticks);
        apps_.ticked.push_back(kernel::duration_text(cpu_.now().time_since_epoch()) + " middleware-" +
                               std::to_string(number_));
      }
    }

    ScriptedApps& apps_;
    std::int64_t number_;
    kernel::Scheduler& cpu_;
    int running_ = 0;
    kernel::TaskScope background_;
  };
  int next_health(std::int64_t number) {
    const std::size_t asked = health_asked++;
    if (number == sick) return 401;
    return asked < health.size() ? health[asked] : 200;
  }

  kernel::Scheduler& scheduler_;
};

struct ComputeBench : Bench {
  ScriptedApps apps{scheduler};
  std::unique_ptr<AppRunner> service;
  kernel::TaskScope callers;
  Lines answers;  ///< "1s 200 2"
  HttpReply last;
  kernel::Headers headers;  ///< of requests

  explicit ComputeBench(AppRunnerConfig config = {}, Duration ticks = {}) {
    apps.ticks = ticks;
    service = std::make_unique<AppRunner>(config, scheduler, journal, apps, 7);
  }

  kernel::Task<void> call_one() {
    last =
        co_await service->handle({.method = "POST", .target = "/orders", .headers = headers, .body = "{}"});
    answers.push_back(kernel::duration_text(scheduler.now().time_since_epoch()) + " " +
                      std::to_string(last.response.status) + " " + last.response.body);
  }
  void call(int count = 1) {
    for (int i = 0; i < count; ++i) callers.spawn(call_one());
  }
};

}  // namespace emulator::compute
