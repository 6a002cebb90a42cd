#pragma once
// What a partner (the Event Relay) may ask of a partner event bus: PutPartnerEvents.
#include <string>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace emulator::bus {

struct PartnerEntry {
  std::string source;       ///< "aws.partner/salesforce.com/<org>/<channel>"
  std::string detail_type;  ///< the event's API name
  std::string detail;       ///< JSON object, as text
  kernel::WallTime time;
  std::string event_uuid;  ///< for the record only: not part of the call
  kernel::HopId cause = 0;
};

/// One per entry, in order: an event id, or why not.
struct EntryResult {
  std::string event_id{};
  std::string error_code{};
  std::string error_message{};
  bool accepted() const { return error_code.empty(); }
};

class PartnerEventSink {
 public:
  virtual ~PartnerEventSink() = default;
  /// At most 20 entries.
  virtual kernel::Task<std::vector<EntryResult>> put_partner_events(std::vector<PartnerEntry> entries) = 0;
};

}  // namespace emulator::bus
