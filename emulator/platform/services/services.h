#pragma once
// App Runner's control plane: keeps services, and moves them by operations that take their time.
//
//   create update deploy pause resume delete ─> OPERATION_IN_PROGRESS ─> RUNNING, PAUSED, CREATE_FAILED ...
//                                                       │
//                                                       └ the service itself: emulator/compute
//
// Source: facts/aws-platform 1.2, 1.6 and 1.7.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/platform/services/ports.h"
#include "emulator/platform/services/scalings.h"
#include "emulator/platform/services/watch_ports.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::services {

/// The service that is there from the start.
struct OwnService {
  std::string name;
  std::string id;
  compute::HostedService& hosted;
};

class Services final : public ServicesApi, public kernel::HttpHandler {
 public:
  struct Surroundings {
    kernel::Scheduler& scheduler;
    kernel::HopSink& sink;       ///< changes of status, log lines
    compute::ServiceHost& host;  ///< makes further ones
    ServiceWatcher& watcher;
    kernel::Duration operation;  ///< how long one takes that deploys nothing
  };
  /// All references outlive it.
  /// `own`: nothing when the middleware runs elsewhere.
  Services(std::uint64_t seed, Surroundings around, std::optional<OwnService> own);
  ~Services() override;

  /// What the rig's own service is said to run.
  static constexpr const char* kImage =
      "123456789012.dkr.ecr.us-east-1.amazonaws.com/relayrig-middleware:latest";

  Answer<Begun> create(CreateRequest request) override;
  Answer<Begun> update(const UpdateRequest& request) override;
  Answer<Begun> pause(const std::string& arn) override;
  Answer<Begun> resume(const std::string& arn) override;
  Answer<Begun> remove(const std::string& arn) override;
  Answer<std::string> deploy(const std::string& arn) override;
  Answer<Service> describe(const std::string& arn) const override;
  std::vector<Service> list() const override;
  Answer<std::vector<Operation>> operations(const std::string& arn) const override;

  Answer<Scaling> create_scaling(const ScalingRequest& request) override;
  Answer<Scaling> describe_scaling(const std::string& arn) const override { return scalings_.describe(arn); }
  std::vector<Scaling> list_scaling(const std::string& name, bool latest_only) const override {
    return scalings_.list(name, latest_only);
  }
  Answer<Scaling> remove_scaling(const std::string& arn, bool all_revisions) override {
    return scalings_.remove(arn, all_revisions);
  }
  Answer<Scaling> set_default_scaling(const std::string& arn) override { return scalings_.set_default(arn); }

  Answer<> tag(const std::string& arn, const Tags& tags) override;
  Answer<> untag(const std::string& arn, const std::vector<std::string>& keys) override;
  Answer<Tags> tags(const std::string& arn) const override;

  /// Requests that reach App Runner's router by the host of a service; 404 for any other host.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// A new version of the rig's own service, which there must be, as the timeline asks for it. `listens`
  /// false: it never comes up. Refused as StartDeployment is.
  Answer<std::string> deploy_own(bool listens);
  /// No operation on the rig's own service is under way.
  kernel::Task<void> until_settled();

  /// Takes what is under way away, before those go who are told of it.
  void stop() { tasks_.cancel_all(); }

 private:
  struct Held;
  class Log;

  Answer<std::string> deploy(const std::string& arn, bool listens);
  Held* find(std::string_view arn);
  const Held* find(std::string_view arn) const;
  /// One that an operation may begin on.
  Answer<Held*> ready(const std::string& arn, std::initializer_list<ServiceStatus> from);
  Answer<Scaling> scaling_for(const std::string& arn) const;
  Held& add(Service service, std::unique_ptr<compute::HostedService> made, compute::HostedService& hosted);
  bool is_taggable(const std::string& arn) const;

  std::string begin(Held& held, OperationType type);
  void end(Held& held, OperationStatus status, ServiceStatus after);
  void set_status(Held& held, ServiceStatus status);
  void tell_operation(const Held& held, const char* verdict);
  /// `otherwise`: what the service is when the new version is not healthy.
  kernel::Task<void> bring_up(Held& held, compute::Release release, Service otherwise);
  kernel::Task<void> put_to_rest(Held& held, ServiceStatus after);
  kernel::Task<void> wake_up(Held& held);

  Surroundings around_;
  kernel::Random ids_;
  Scalings scalings_;
  std::vector<std::unique_ptr<Held>> held_;  ///< in the order of creation; the first is the rig's own
  std::map<std::string, Tags> tags_;         ///< by ARN
  kernel::Signal settled_;
  kernel::TaskScope tasks_;
};

}  // namespace emulator::services
