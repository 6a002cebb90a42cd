#pragma once
// Faults and latency before an API that is no mock: a part of the rig that the middleware calls like any
// other API, such as the org.
#include <cstdint>
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "mocks/faults/fault.h"
#include "mocks/faults/latency.h"

namespace mocks {

class FaultGate final : public kernel::HttpHandler {
 public:
  /// `name` is what faults call it. The references outlive the gate.
  FaultGate(std::string name, LatencyLaw latency, kernel::HttpHandler& behind, std::uint64_t seed,
            kernel::Scheduler& scheduler, FaultSet& faults)
      : name_(std::move(name)),
        latency_(latency),
        behind_(behind),
        seed_(seed),
        scheduler_(scheduler),
        faults_(faults) {}

  /// The latency passes before the request is handled; faults `after` it lose or replace the answer.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  std::string name_;
  LatencyLaw latency_;
  kernel::HttpHandler& behind_;
  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  FaultSet& faults_;
  std::uint64_t requests_ = 0;
};

}  // namespace mocks
