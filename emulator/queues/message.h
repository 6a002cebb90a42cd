#pragma once
// A message as a queue holds it.
#include <cstdint>
#include <optional>
#include <string>

#include "emulator/queues/values.h"
#include "middleware/kernel/time.h"

namespace emulator::queues {

struct Message {
  std::string id;
  std::string body;
  MessageAttributes attributes{};
  std::string trace_header{};
  std::string group_id{};
  std::string deduplication_id{};
  std::string sequence_number{};     ///< FIFO
  std::string dead_letter_source{};  ///< the queue that it was moved from
  std::string event_uuid{};          ///< for the record only
  kernel::HopId cause = 0;           ///< the hop that brought it here
  kernel::HopId newest_receive = 0;
  bool carries_event = false;   ///< the event ends with this message
  kernel::Timestamp sent_at{};  ///< counts for the retention
  std::optional<kernel::Timestamp> first_received_at{};
  std::int64_t receives = 0;       ///< in all queues
  std::int64_t receives_here = 0;  ///< in this one: what its redrive policy counts
};

}  // namespace emulator::queues
