#pragma once
// App Runner's request path: instances with a concurrency limit, activation, scale-out, and 429 when all are
// full.
//
//   active and free ─> waking up and free ─> asleep: wake it, the request waits ─> 429, and one more is
//   provisioned
//
// Source: facts/aws-platform 1.3 and 1.4. Activation, provisioning and scale-in times are undocumented:
// settings.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emulator/compute/compute.h"
#include "emulator/compute/ports.h"
#include "middleware/kernel/answer_scope.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"

namespace emulator::compute {

struct AppRunnerConfig {
  std::int64_t provisioned_min = 1;                          ///< 1..25, always kept
  std::int64_t active_max = 25;                              ///< >= provisioned_min
  std::int64_t concurrency = 100;                            ///< requests an instance takes at once, 1..200
  kernel::Duration activation = std::chrono::seconds{1};     ///< ASSUMPTION: provisioned to active
  kernel::Duration provisioning = std::chrono::seconds{60};  ///< ASSUMPTION: a new instance until it serves
  kernel::Duration idle_max = std::chrono::seconds{60};      ///< ASSUMPTION: active without requests
  kernel::Duration scale_in = std::chrono::minutes{5};       ///< ASSUMPTION: inactive beyond the minimum
  kernel::Duration request_max = std::chrono::seconds{120};  ///< documented
};

class AppRunner final : public Compute {
 public:
  /// Starts with `provisioned_min` instances, the first of them active: as after a deployment.
  AppRunner(AppRunnerConfig config, kernel::Scheduler& scheduler, kernel::Journal& journal,
            InstanceFactory& factory);
  ~AppRunner() override;

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  void crash(std::string_view name, kernel::Duration down) override;

  std::size_t instances() const { return instances_.size(); }

 private:
  enum class State : std::uint8_t { Provisioning, Inactive, Activating, Active, Crashed };
  struct Instance;
  /// One of an instance's places, from the moment the request is given to it until its application has
  /// answered.
  class Place {
   public:
    Place(AppRunner& service, Instance& instance);
    Place(Place&& other) noexcept
        : service_(other.service_), instance_(std::exchange(other.instance_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();
    Instance& instance() const { return *instance_; }

   private:
    AppRunner* service_;
    Instance* instance_;
  };
  using Requests = kernel::AnswerScope<kernel::HttpReply, Place>;
  struct Instance {
    std::int64_t number;
    std::unique_ptr<kernel::HttpHandler> app;
    State state = State::Inactive;
    std::int64_t running = 0;
    kernel::Timestamp idle_since{};
    kernel::TimerId timer{};
    std::unique_ptr<Requests> requests{};  ///< what the application works on; goes before it
  };
  static std::string_view to_text(State state);

  /// Where the next request goes; null when every instance is full.
  Instance* choose();
  Instance* least_loaded(State state);
  Instance* wake();
  void scale_out();
  std::unique_ptr<Instance> make_instance(std::int64_t number, State state);
  void crash(Instance& instance, kernel::Duration down);
  void restart(std::int64_t number);
  kernel::HttpReply refusal();
  void change(Instance& instance, State state, std::string_view why);
  void watch_idleness(Instance& instance);
  void on_idle(std::int64_t number);
  void drop(std::int64_t number);
  Instance* find(std::int64_t number);
  /// A request that has got a place, while it is routed.
  struct Routing {
    Place place;
    kernel::HopScope hop;
    kernel::Timestamp came_at;
    std::int64_t bytes_sent;
  };
  kernel::Task<kernel::HttpReply> wait_for_instance(Routing routing, kernel::HttpRequest request);
  kernel::Task<kernel::HttpReply> pass_on(Routing routing, kernel::HttpRequest request);
  kernel::Task<kernel::HttpReply> serve(Routing routing, kernel::Task<kernel::HttpReply> handling,
                                        kernel::Timestamp passed_on_at);
  APART kernel::HttpReply routed(Requests::Answer& answer, Routing& routing,
                                 kernel::Timestamp passed_on_at) const;

  AppRunnerConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  InstanceFactory& factory_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::int64_t started_ = 0;
  std::int64_t refused_ = 0;  ///< requests, since nothing was being provisioned
  kernel::Signal activated_;
};

}  // namespace emulator::compute
