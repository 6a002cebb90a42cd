#pragma once
// App Runner: a request router before the instances of one service, which is deployed anew, paused and
// resumed.
//
//   request ─> router ─> an instance of the fleet that serves ─> its application
//                 └ 404 paused · 429 all are full · 503 none is there · 504 after 120 s
//
//   deploy: new fleet ─> provisioned ─> healthy? ─> traffic switches ─> the old fleet drains
//                                          └ no: the new one goes, the old one goes on
//
// Source: facts/aws-platform 1.3 to 1.6.
#include <cstdint>
#include <memory>
#include <string_view>

#include "emulator/compute/app_runner_config.h"
#include "emulator/compute/compute.h"
#include "emulator/compute/fleet.h"
#include "middleware/kernel/random.h"

namespace emulator::compute {

class AppRunner final : public Compute, public HostedService {
 public:
  /// Starts with the minimum of instances, the first of them active: as after a deployment. `seed`: of the
  /// request ids.
  AppRunner(AppRunnerConfig config, kernel::Scheduler& scheduler, kernel::Journal& journal,
            InstanceFactory& factory, std::uint64_t seed = 0);
  ~AppRunner() override;

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  std::vector<std::int64_t> crashable(std::string_view name) const override;
  void crash(std::string_view name, kernel::Duration down) override;
  HostedService* hosted() override { return this; }

  Release release() const override { return release_; }
  kernel::HttpHandler& door() override { return *this; }
  kernel::Task<bool> deploy(Release release, ServiceLog& log) override;
  kernel::Task<void> pause() override;
  kernel::Task<bool> resume(ServiceLog& log) override;

  /// That take requests, or may.
  std::int64_t instances() const { return fleet_ ? fleet_->present() : 0; }

 private:
  /// A request that has got a place, while it is routed.
  struct Routing {
    Place place;
    kernel::HopScope hop;
    kernel::Timestamp came_at;
    std::int64_t bytes_sent;
  };
  kernel::HttpReply refusal();
  kernel::Task<kernel::HttpReply> wait_for_instance(Routing routing, kernel::HttpRequest request,
                                                    Fleet& fleet);
  kernel::Task<kernel::HttpReply> pass_on(Routing routing, kernel::HttpRequest request);
  kernel::Task<kernel::HttpReply> serve(Routing routing, kernel::Task<kernel::HttpReply> handling,
                                        kernel::Timestamp passed_on_at);
  APART kernel::HttpReply routed(Requests::Answer& answer, Routing& routing,
                                 kernel::Timestamp passed_on_at) const;

  std::unique_ptr<Fleet> make_fleet(Release release);
  kernel::Task<bool> bring_up(Release release, ServiceLog& log);
  kernel::Task<void> retire(std::unique_ptr<Fleet> old);

  AppRunnerConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  InstanceFactory& factory_;
  kernel::Random ids_;
  std::int64_t last_number_ = 0;
  std::vector<Fleet*> living_;  ///< that serves, those that come up and those that drain
  Release release_;
  std::unique_ptr<Fleet> fleet_;  ///< null: paused
  kernel::TaskScope retiring_;
};

}  // namespace emulator::compute
