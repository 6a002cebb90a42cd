#pragma once
// What a deployment is told of callbacks: requests that tell others how an event ended, and how they are
// delivered.
//
// Source: facts/resilience 9. ASSUMPTION: the facts give no numbers for deliveries; the parking is the
// inbox's, and a callback has ten deliveries, as its receiver may be down for longer than an API that a
// caller waits for.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/inbox/decisions.h"
#include "middleware/kernel/templates.h"

namespace service {

/// How an event may be over (facts/resilience 10; dead: facts/resilience 9).
enum class EventEnd : std::uint8_t { Done, Compensated, CompensationFailed, Dead };
/// "done", "compensated", "compensation_failed", "dead".
std::string_view to_text(EventEnd end);

/// One request that tells of an event's end. Its templates read the event, the answers of the flow's steps
/// and kEndName.
struct CallbackConfig {
  std::string name{};
  std::vector<EventEnd> on = {EventEnd::Done};
  std::optional<kernel::Expression> when{};  ///< does not hold: nobody is told
  std::string api{};
  std::string method = "POST";
  kernel::TextTemplate path{};
  std::vector<std::pair<std::string, kernel::TextTemplate>> headers{};
  std::optional<kernel::JsonTemplate> body{};
  std::vector<std::int64_t> expected{};  ///< statuses that mean delivered; empty: any 2xx or 3xx
  /// Of the record: callbacks of one key to one API are delivered one after the other. The flow's ordering
  /// key when absent; without that nobody waits for anybody.
  std::optional<kernel::TextTemplate> key{};
};

/// What templates call the end: ${end/state}, ${end/event} (the EventUuid), ${end/type}, ${end/error} (null
/// when done), ${end/at}.
inline constexpr const char* kEndName = "end";

/// Named values that its templates read.
std::vector<std::string> names_read(const CallbackConfig& callback);

struct OutboxConfig {
  int running_max = 16;                ///< delivered at once
  std::int64_t waiting_max = 100'000;  ///< not over; then flows with callbacks take no event
  kernel::Duration deadline = std::chrono::seconds{20};  ///< of one delivery, the API's retries included
  int deliveries_max = 10;                               ///< that failed; then a callback is dead
  inbox::ParkingRules parking{};                         ///< between two deliveries
  /// How often it looks for what other instances, or former readings of the file, have left behind.
  kernel::Duration look_every = std::chrono::seconds{30};
};

}  // namespace service
