#pragma once
// An ECS service with applications that do as a test says.
#include <memory>
#include <string>
#include <vector>

#include "emulator/compute/ecs_service.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::compute {

/// Instances that answer after a while with their number, and whether they are healthy as they are told.
class EcsApps final : public InstanceFactory {
 public:
  explicit EcsApps(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  std::unique_ptr<kernel::HttpHandler> start(std::int64_t number) override {
    return std::make_unique<App>(*this, number);
  }
  void terminate(std::int64_t number) override { terminated.push_back(number); }
  bool is_idle(std::int64_t /*number*/) const override { return are_idle; }

  kernel::Duration takes = 1s;
  kernel::HttpReply reply{};
  std::int64_t sick = 0;  ///< this instance fails its health checks
  Lines checks;           ///< "30s 1"
  int ended = 0;
  std::vector<std::int64_t> terminated;
  bool are_idle = true;
  kernel::Headers headers_seen;

 private:
  class App final : public kernel::HttpHandler {
   public:
    App(EcsApps& apps, std::int64_t number) : apps_(apps), number_(number) {}
    kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
      if (request.target == "/health") {
        apps_.checks.push_back(kernel::duration_text(apps_.scheduler_.now().time_since_epoch()) + " " +
                               std::to_string(number_));
        co_return kernel::HttpReply{.response = {.status = apps_.sick == number_ ? 503 : 200}};
      }
      apps_.headers_seen = request.headers;
      co_await kernel::sleep_until(apps_.scheduler_, apps_.scheduler_.now() + apps_.takes);
      ++apps_.ended;
      kernel::HttpReply reply = apps_.reply;
      if (reply.response.body.empty()) reply.response.body = std::to_string(number_);
      co_return reply;
    }

   private:
    EcsApps& apps_;
    std::int64_t number_;
  };
  kernel::Scheduler& scheduler_;
};

/// Requests cost no CPU unless a test says so.
inline EcsAlbConfig config_of(std::int64_t tasks, kernel::Duration cpu = 0s) {
  return {.tasks_min = tasks, .tasks_max = 10, .task = {.cpu_per_request = cpu}};
}

struct EcsBench : Bench {
  EcsApps apps{scheduler};
  std::unique_ptr<EcsService> service;
  kernel::TaskScope callers;
  Lines answers;  ///< "1s 200 2"
  kernel::HttpReply last;

  explicit EcsBench(EcsAlbConfig config)
      : service(std::make_unique<EcsService>(config, 7, scheduler, journal, apps)) {}

  kernel::Task<void> call_one(kernel::Headers headers) {
    last = co_await service->handle(
        {.method = "POST", .target = "/orders", .headers = std::move(headers), .body = "{}"});
    answers.push_back(kernel::duration_text(scheduler.now().time_since_epoch()) + " " +
                      std::to_string(last.response.status) +
                      (last.response.status == 200 ? " " + last.response.body : ""));
  }
  void call(int count = 1, kernel::Headers headers = {}) {
    for (int i = 0; i < count; ++i) callers.spawn(call_one(headers));
  }
};

}  // namespace emulator::compute
