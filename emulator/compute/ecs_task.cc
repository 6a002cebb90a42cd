#include "emulator/compute/ecs_task.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/check.h"
#include "middleware/kernel/wait.h"

namespace emulator::compute {

using kernel::Duration;
using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::Task;

EcsTask::EcsTask(TaskCapacity capacity, kernel::Scheduler& scheduler)
    : cost_(std::llround(static_cast<double>(capacity.cpu_per_request.count()) / capacity.vcpu)),
      scheduler_(scheduler),
      requests_(scheduler),
      connections_(scheduler) {
  CHECK(capacity.vcpu > 0);
}

void EcsTask::run(std::unique_ptr<kernel::HttpHandler> app) {
  CHECK(app_ == nullptr && app != nullptr);
  app_ = std::move(app);
  read_at_ = scheduler_.now();
  free_at_ = scheduler_.now();
}

void EcsTask::kill() {
  disconnect();
  requests_.cancel_all();
  app_.reset();
  // What was in line had no CPU time any more.
  given_ = used();
  free_at_ = scheduler_.now();
}

Task<HttpReply> EcsTask::work_on(HttpRequest request) {
  const kernel::Timestamp now = scheduler_.now();
  free_at_ = std::max(free_at_, now) + cost_;
  given_ += cost_;
  if (free_at_ == now) return app_->handle(std::move(request));
  return wait_for_cpu(std::move(request), free_at_);
}

Task<HttpReply> EcsTask::check(HttpRequest request) {
  if (free_at_ <= scheduler_.now()) return app_->handle(std::move(request));
  return wait_for_cpu(std::move(request), free_at_);
}

Task<std::optional<HttpReply>> EcsTask::wait_for(Task<HttpReply> work, kernel::Timestamp deadline) {
  auto answer = requests_.answer(std::move(work), deadline);
  co_await answer.ended();
  co_return [&answer] { return answer.take(); };
}

Task<HttpReply> EcsTask::wait_for_cpu(HttpRequest request, kernel::Timestamp until) {
  co_await kernel::sleep_until(scheduler_, until);
  Task<HttpReply> handling = app_->handle(std::move(request));
  co_await handling.ended();
  co_return [&handling] { return handling.take(); };
}

Duration EcsTask::used() const { return given_ - std::max(Duration::zero(), free_at_ - scheduler_.now()); }

std::optional<double> EcsTask::cpu_percent() {
  const Duration passed = scheduler_.now() - read_at_;
  const Duration busy = used() - used_before_;
  read_at_ = scheduler_.now();
  used_before_ += busy;
  if (passed <= Duration::zero()) return std::nullopt;
  return 100 * static_cast<double>(busy.count()) / static_cast<double>(passed.count());
}

}  // namespace emulator::compute
