#include "emulator/runner/hosting.h"

#include <algorithm>

#include "middleware/kernel/random.h"

namespace emulator::runner {

Hosting::Hosting(compute::AppRunnerConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                 kernel::Journal& journal, MakeInstances make_instances)
    : config_(std::move(config)),
      seed_(seed),
      scheduler_(scheduler),
      journal_(journal),
      make_instances_(std::move(make_instances)) {}

std::unique_ptr<compute::HostedService> Hosting::host(const std::string& name) {
  compute::AppRunnerConfig config = config_;
  config.name = name;
  config.is_there = false;
  instances_.push_back(make_instances_(name));
  return std::make_unique<compute::AppRunner>(config, scheduler_, journal_, *instances_.back(),
                                              kernel::splitmix64(seed_ ^ kernel::hash_text(name)));
}

void ServiceEvents::event(std::string_view detail_type, std::string detail, std::string_view arn,
                          kernel::WallTime time) {
  const auto rules = bus_->rules().list_rules(std::string(bus::kDefaultBus), {.limit = 1});
  if (!rules || rules->items.empty()) return;
  bus_->put_service_event({.time = time,
                           .source = "aws.apprunner",
                           .detail_type = std::string(detail_type),
                           .detail = std::move(detail),
                           .resources = {std::string(arn)}},
                          "apprunner");
}

bool works_in_background(const config::MiddlewareFile& file) {
  const auto calls_back = [](const service::FlowConfig& flow) { return !flow.callbacks.empty(); };
  return file.service.works_off_store || std::ranges::any_of(file.service.flows, calls_back);
}

}  // namespace emulator::runner
