#pragma once
// The compute hop as the rest of a run sees it, whatever platform the profile names.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/time.h"

namespace emulator::compute {

/// What instances are called together: "middleware-1" and so on are those of "middleware".
inline constexpr std::string_view kServiceName = "middleware";

class EcsApi;
inline std::string instance_name(std::int64_t number) {
  return std::string(kServiceName) + "-" + std::to_string(number);
}

class HostedService;
class ScaledService;

class Compute : public kernel::HttpHandler {
 public:
  /// Numbers of the instances that crash() would hit now.
  virtual std::vector<std::int64_t> crashable(std::string_view name) const = 0;
  /// The instance of that name ("middleware-1"), or every one ("middleware"), dies now, with all it works on,
  /// and is back after `down`. One that is not there, or is down, stays as it is.
  virtual void crash(std::string_view name, kernel::Duration down) = 0;
  /// What the control plane of the platform moves; null where there is none.
  virtual HostedService* hosted() { return nullptr; }

  /// What others may scale; null: it scales by itself.
  virtual ScaledService* scaled() { return nullptr; }
  /// What clients of ECS may ask; null: it does not run there.
  virtual EcsApi* ecs() { return nullptr; }
};

}  // namespace emulator::compute
