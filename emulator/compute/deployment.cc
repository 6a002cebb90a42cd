// How a service is deployed anew, paused and resumed.
#include "emulator/compute/app_runner.h"

namespace emulator::compute {
namespace {

using kernel::Task;

/// ASSUMPTION: the port is in none of our settings: App Runner's default.
constexpr const char* kPort = "8080";

}  // namespace

// The new fleet belongs to this task until it serves: a deployment that is taken away leaves the old one.
Task<bool> AppRunner::bring_up(Release release, ServiceLog& log) {
  log.line("Deployment started");
  log.line("Successfully pulled image");
  log.line("Provisioning instances and deploying image");
  std::unique_ptr<Fleet> fresh = make_fleet(release);
  co_await fresh->provision("a deployment");
  log.line(std::string("Performing health check on port '") + kPort + "'");
  if (!co_await fresh->become_healthy()) {
    log.line(std::string("Health check failed on port '") + kPort + "'");
    fresh->discard("health checks failed");
    co_return false;
  }
  log.line("Health check is successful. Routing traffic");
  co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.routing);
  fresh->begin_serving();
  std::unique_ptr<Fleet> old = std::exchange(fleet_, std::move(fresh));
  release_ = release;
  if (old) retiring_.spawn(retire(std::move(old)));
  log.line("Deployment completed successfully");
  co_return true;
}

Task<void> AppRunner::retire(std::unique_ptr<Fleet> old) { co_await old->drain(config_.grace); }

Task<bool> AppRunner::deploy(Release release, ServiceLog& log) { return bring_up(release, log); }

// ASSUMPTION: traffic ends when the operation begins; what is under way has its grace.
Task<void> AppRunner::pause() {
  if (fleet_) co_await retire(std::exchange(fleet_, nullptr));
}

Task<bool> AppRunner::resume(ServiceLog& log) { return bring_up(release_, log); }

}  // namespace emulator::compute
