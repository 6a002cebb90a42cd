#pragma once
// What the compute hop needs: something that starts an instance of the middleware. And what it offers to a
// control plane: a service that is deployed anew, paused and resumed.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "emulator/compute/health.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task.h"

namespace emulator::compute {

class CpuGate;

class InstanceFactory {
 public:
  virtual ~InstanceFactory() = default;
  /// A fresh instance: `number` is 1, 2, ...; it serves until it is destroyed, which never happens amid a
  /// request.
  virtual std::unique_ptr<kernel::HttpHandler> start(std::int64_t number) = 0;
  /// SIGTERM: the instance, if it was started here, is to end what it works on and to begin nothing new.
  virtual void terminate(std::int64_t /*number*/) {}
  /// Whether one that was told so has nothing to do beside its requests.
  virtual bool is_idle(std::int64_t /*number*/) const { return true; }
  /// The same, on a CPU that it does not always have. Who starts instances that do nothing between requests
  /// need not know.
  virtual std::unique_ptr<kernel::HttpHandler> start_on(CpuGate& /*cpu*/, std::int64_t number) {
    return start(number);
  }
  /// The instance does not come back, and neither does what it kept on its disk.
  virtual void gone(std::int64_t /*number*/) {}
};

/// How far a service scales.
struct ScalingLimits {
  std::int64_t provisioned_min = 1;  ///< 1..25, always kept
  std::int64_t active_max = 25;      ///< >= provisioned_min
  std::int64_t concurrency = 100;    ///< requests an instance takes at once, 1..200

  bool operator==(const ScalingLimits&) const = default;
};

/// A version of a service, or the same image with other settings.
struct Release {
  ScalingLimits limits{};
  /// Checked all the time; without it a new instance is asked whether it listens, and later nobody is.
  std::optional<HealthConfig> health{};
  bool listens = true;  ///< false: the new version never comes up, nobody listens on its port
};

/// Told what a service says about an operation on it: "Deployment started".
class ServiceLog {
 public:
  virtual ~ServiceLog() = default;
  virtual void line(std::string text) = 0;
};

/// A service as its control plane moves it. One operation at a time; each goes on until it is over or its
/// task is destroyed, and the log outlives it.
class HostedService {
 public:
  virtual ~HostedService() = default;
  /// What serves, or did before it was paused.
  virtual Release release() const = 0;
  /// Requests for it.
  virtual kernel::HttpHandler& door() = 0;
  /// False: the new instances failed their health checks, and the old ones go on.
  virtual kernel::Task<bool> deploy(Release release, ServiceLog& log) = 0;
  /// Nothing serves from now on, and what instances held is lost; over when they are gone.
  virtual kernel::Task<void> pause() = 0;
  /// False: the instances failed their health checks; it stays paused.
  virtual kernel::Task<bool> resume(ServiceLog& log) = 0;
};

/// Makes services out of the only image that a rig has.
class ServiceHost {
 public:
  virtual ~ServiceHost() = default;
  /// Not there yet: its first deployment brings it up.
  virtual std::unique_ptr<HostedService> host(const std::string& name) = 0;
};

}  // namespace emulator::compute
