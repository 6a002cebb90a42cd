#pragma once
// For the sources of the service: an event that may be worked on, and what its end is worth.
#include <memory>
#include <string>

#include "middleware/kernel/json.h"
#include "middleware/service/service.h"

namespace service {

/// A claim outlives the work it covers by this, so that a crash frees it but a slow answer does not
/// (facts/resilience 8).
inline constexpr kernel::Duration kLeaseMargin = std::chrono::seconds{10};

struct Service::Accepted {
  const FlowConfig* flow = nullptr;
  std::string event;
  kernel::HopId cause = 0;
  kernel::Timestamp deadline{};
  std::unique_ptr<kernel::Json> payload{};
  std::unique_ptr<std::string> text{};  ///< what the payload was read from
  store::ClaimKind claim{};             ///< what the store said
  std::uint64_t fence = 0;
};

APART kernel::HttpReply answer_of(const FlowEnd& end);
/// The ordering key of the event, where the flow has lanes; else "".
std::string lane_of(const FlowConfig& flow, const kernel::Json& payload);
/// Of a flow that keeps versions; else its record is "".
store::AppliedVersion version_of_event(const FlowConfig& flow, const kernel::Json& payload);

}  // namespace service
