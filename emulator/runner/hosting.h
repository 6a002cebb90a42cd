#pragma once
// Services of App Runner in a world: those that clients create beside the rig's own, who is told of what
// happens to them, and the CPU that an instance has at times.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "emulator/bus/event_bridge.h"
#include "emulator/compute/app_runner.h"
#include "emulator/platform/logs/ports.h"
#include "emulator/platform/services/watch_ports.h"
#include "middleware/config/middleware_file.h"

namespace emulator::runner {

/// Makes further services of the rig's only image: each with instances and stores of its own, settings of the
/// platform as they are given.
class Hosting final : public compute::ServiceHost {
 public:
  using MakeInstances = std::function<std::unique_ptr<compute::InstanceFactory>(const std::string& name)>;
  /// The references outlive it, and it what it makes.
  Hosting(compute::AppRunnerConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
          kernel::Journal& journal, MakeInstances make_instances);

  std::unique_ptr<compute::HostedService> host(const std::string& name) override;

 private:
  compute::AppRunnerConfig config_;
  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  MakeInstances make_instances_;
  std::vector<std::unique_ptr<compute::InstanceFactory>> instances_;
};

/// Events of services go to the default bus, if there is a rule that could want them.
class ServiceEvents final : public services::ServiceWatcher {
 public:
  /// The bus is not there yet. `logs`: where lines of services go; null: the record has them already.
  ServiceEvents(const std::unique_ptr<bus::EventBridge>& bus, logs::LogSink* logs) : bus_(bus), logs_(logs) {}

  void event(std::string_view detail_type, std::string detail, std::string_view arn,
             kernel::WallTime time) override;
  void line(std::string_view group, std::string_view stream, kernel::WallTime time,
            std::string_view text) override {
    if (logs_ != nullptr) logs_->line(group, stream, time, text);
  }

 private:
  const std::unique_ptr<bus::EventBridge>& bus_;
  logs::LogSink* logs_;
};

/// An instance and the way out of it, both on its CPU.
struct GatedInstance final : kernel::HttpHandler {
  GatedInstance(compute::CpuGate& cpu, kernel::HttpClient& outside) : client(cpu, outside) {}
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    return app->handle(std::move(request));
  }
  compute::GatedClient client;
  std::unique_ptr<kernel::HttpHandler> app;
};

/// Whether an instance does anything that no request waits for: events that it has accepted, callbacks.
bool works_in_background(const config::MiddlewareFile& file);

}  // namespace emulator::runner
