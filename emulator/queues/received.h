#pragma once
// A message as ReceiveMessage shows it, and the handle that names one receive of it.
//
// Source: facts/aws-delivery 3.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/queues/message.h"
#include "emulator/queues/values.h"

namespace emulator::queues {

/// Opaque to whoever holds it: "<message id>.<queue>.<number>.<receive>".
struct Handle {
  std::uint64_t queue = 0;   ///< number of the queue that gave it
  std::uint64_t number = 0;  ///< of the message in that queue
  std::int64_t receive = 0;  ///< 1, 2, ...: only the newest handle of a message counts
};
std::string handle_text(const Message& message, const Handle& handle);
/// Nothing for what is no handle.
std::optional<Handle> parse_handle(std::string_view text);

/// Whose calendar the timestamps are written in.
struct Calendar {
  kernel::Timestamp now{};
  kernel::WallTime wall_now{};
};

/// Whether SQS has a system attribute of that name; "All" counts.
bool is_system_attribute(std::string_view name);

/// The system attributes among `wanted` ("All": every one), in a fixed order.
std::vector<std::pair<std::string, std::string>> system_attributes(const Message& message,
                                                                   const std::vector<std::string>& wanted,
                                                                   const Calendar& calendar);

/// The attributes that are wanted: by name, "prefix.*", "All" or ".*".
MessageAttributes wanted_attributes(const MessageAttributes& all, const std::vector<std::string>& wanted);

}  // namespace emulator::queues
