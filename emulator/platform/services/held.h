#pragma once
// A service as the control plane holds it. For the sources of this folder.
#include <memory>
#include <string>
#include <vector>

#include "emulator/platform/services/services.h"

namespace emulator::services {

/// Of one service: what it says is a line of its log, in the record and for CloudWatch Logs.
class Services::Log final : public compute::ServiceLog {
 public:
  Log(const Surroundings& around, const Service& service) : around_(around), service_(service) {}
  void line(std::string text) override;

 private:
  const Surroundings& around_;
  const Service& service_;
};

struct Services::Held {
  Held(const Services& owner, Service its_service, std::unique_ptr<compute::HostedService> its_made,
       compute::HostedService& its_hosted)
      : service(std::move(its_service)),
        made(std::move(its_made)),
        hosted(its_hosted),
        log(owner.around_, service) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  Service service;
  std::unique_ptr<compute::HostedService> made;  ///< null: the rig's own
  compute::HostedService& hosted;
  Log log;
  std::vector<Operation> operations;  ///< in the order of time
};

}  // namespace emulator::services
