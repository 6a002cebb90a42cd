#pragma once
// What producers may ask of EventBridge: PutEvents, and PutPartnerEvents of a partner (the Event Relay).
//
// Buses: bus_ports.h. Rules and targets: rule_ports.h. Archives and replays: archive_ports.h.
// Source: facts/aws-delivery 1.2, 1.7.
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace emulator::bus {

/// A refused call, as the service words it.
struct ApiError {
  std::string code;     ///< "ValidationException"
  std::string message;  ///< the exact text
  int status = 400;     ///< HTTP
};
template <class T = void>
using ApiResult = std::expected<T, ApiError>;

/// One per entry, in order: an event id, or why not.
struct EntryResult {
  std::string event_id{};
  std::string error_code{};
  std::string error_message{};
  bool accepted() const { return error_code.empty(); }
};

struct PartnerEntry {
  std::string source;       ///< "aws.partner/salesforce.com/<org>/<channel>"
  std::string detail_type;  ///< the event's API name
  std::string detail;       ///< JSON object, as text
  kernel::WallTime time;
  std::string event_uuid;  ///< for the record only: not part of the call
  kernel::HopId cause = 0;
};

class PartnerEventSink {
 public:
  virtual ~PartnerEventSink() = default;
  /// At most 20 entries.
  virtual kernel::Task<std::vector<EntryResult>> put_partner_events(std::vector<PartnerEntry> entries) = 0;
};

/// A text that is missing is empty: the service makes no difference.
struct PutEventsEntry {
  std::optional<kernel::WallTime> time{};  ///< now when absent; truncated to seconds
  std::string source{};
  std::string detail_type{};
  std::string detail{};  ///< JSON object, as text
  std::vector<std::string> resources{};
  std::string event_bus{};     ///< name or ARN; empty: default
  std::string trace_header{};  ///< "Root=1-...;Parent=...;Sampled=1"
};

struct PutEventsRequest {
  std::vector<PutEventsEntry> entries;
  std::string caller = "client";  ///< for the record: who put them
  kernel::HopId cause = 0;        ///< for the record: the hop that the call is part of
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  /// As many results as entries, in their order, some of them failures; or the whole call is refused.
  /// Each entry that is taken begins an event of its own in the record, named by its EventBridge id.
  virtual ApiResult<std::vector<EntryResult>> put_events(PutEventsRequest request) = 0;
};

}  // namespace emulator::bus
