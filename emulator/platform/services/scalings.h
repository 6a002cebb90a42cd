#pragma once
// The auto scaling configurations of the account: names, each with up to five revisions that never change.
//
// Source: facts/aws-platform 1.2 and 1.4.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "emulator/platform/services/ports.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::services {

class Scalings {
 public:
  static constexpr std::int64_t kNamesMax = 10;
  static constexpr std::int64_t kRevisionsMax = 5;

  /// With AWS's own, which is the default. The references outlive it.
  Scalings(const kernel::Scheduler& scheduler, kernel::Random& ids);

  Answer<Scaling> create(const ScalingRequest& request);
  Answer<Scaling> describe(std::string_view arn) const;
  std::vector<Scaling> list(std::string_view name, bool latest_only) const;
  /// Refused while a service has one of them, and of the default.
  Answer<Scaling> remove(std::string_view arn, bool all_revisions);
  Answer<Scaling> set_default(std::string_view arn);
  const Scaling& default_one() const;

  /// Of the rig's own service, from the start.
  std::string add(const std::string& name, const compute::ScalingLimits& limits);
  /// Asked whether a service has a configuration.
  void set_users(std::function<bool(const std::string& arn)> has_service) {
    has_service_ = std::move(has_service);
  }

 private:
  Scaling* find(std::string_view arn);
  const Scaling* find(std::string_view arn) const;
  Scaling shown(const Scaling& scaling) const;
  Scaling& append(const std::string& name, const compute::ScalingLimits& limits, const std::string& id);

  const kernel::Scheduler& scheduler_;
  kernel::Random& ids_;
  std::vector<Scaling> scalings_;  ///< in the order of creation
  std::function<bool(const std::string&)> has_service_;
};

}  // namespace emulator::services
