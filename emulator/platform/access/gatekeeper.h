#pragma once
// Stands before a platform service: permissions that somebody took away, quotas, outages, slowness.
//
// Source: facts/aws-platform 2 and 3 (ThrottlingException "Rate exceeded" 400; the quotas themselves are the
// services'). ASSUMPTION: the text of AccessDeniedException is IAM's own for a missing policy; a service that
// is down answers 500 with its internal error.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "emulator/platform/access/ports.h"
#include "emulator/platform/access/rate_limit.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::access {

/// A number of calls a second that some operations share.
struct Quota {
  std::vector<std::string> operations;
  double per_second = 1;  ///< more than 0
};

enum class Trouble : std::uint8_t {
  Denied,       ///< AccessDeniedException
  Throttled,    ///< ThrottlingException
  Unavailable,  ///< 500
  Slow,         ///< answered after `delay`
};

struct Disturbance {
  std::string name;  ///< for the record
  Trouble trouble = Trouble::Denied;
  std::string resource{};    ///< a name; "" is every call
  kernel::Duration delay{};  ///< of Slow
};

struct ServiceWords {
  std::string service;         ///< as actions and the record call it: "secretsmanager"
  std::string internal_error;  ///< "InternalServiceError"
};

class Gatekeeper final : public Admission {
 public:
  /// The references outlive it.
  Gatekeeper(ServiceWords words, const std::vector<Quota>& quotas, kernel::Scheduler& scheduler,
             kernel::Journal& journal);

  kernel::Task<Answer<>> admit(std::string operation, std::vector<std::string> resources,
                               kernel::HopId hop) override;

  /// From now until lift(name). Of several that fit a call, each slow one delays it and the first other
  /// refuses it.
  void disturb(Disturbance disturbance);
  void lift(const std::string& name);

 private:
  struct Active {
    Disturbance disturbance;
    std::uint64_t calls = 0;  ///< that it touched
  };
  using Resources = std::vector<std::string>;
  /// Whether it is active for this call; then it is noted.
  bool touches(Active& active, const Resources& resources, kernel::HopId hop);
  kernel::Duration delay_of(const Resources& resources, kernel::HopId hop);
  Answer<> verdict(const std::string& operation, const Resources& resources, kernel::HopId hop);
  Refusal refusal_of(Trouble trouble, const std::string& operation, const std::string& resource) const;

  ServiceWords words_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  std::vector<std::pair<Quota, RateLimit>> quotas_;
  std::vector<Active> active_;
};

}  // namespace emulator::access
