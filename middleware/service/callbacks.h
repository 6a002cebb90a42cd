#pragma once
// From an event's end to the requests that tell of it, and back from what the outbox kept to a request. Plain
// decisions: no waiting, no I/O.
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"
#include "middleware/service/flow.h"
#include "middleware/service/flow_end.h"
#include "middleware/store/outbox.h"

namespace service {

/// An event that is over.
struct EndedEvent {
  EventEnd end = EventEnd::Done;
  std::string_view event{};  ///< EventUuid
  kernel::HopId cause = 0;   ///< the hop that brought it
  std::string error{};       ///< why it is not done
  kernel::WallTime at{};
};

/// What the flow's callbacks say of the end, in the order of the file. `scope` has the payload and the
/// answers of the steps. One whose templates fail is kept as one that cannot be sent: it ends as a dead
/// callback.
store::Callbacks callbacks_of(const FlowConfig& flow, const EndedEvent& ended,
                              const kernel::TemplateScope& scope);

/// Nothing while the event is not over. A failure is taken as one for good: what is made of it is only used
/// when the event is given up.
std::optional<EventEnd> end_of(FlowState state);

/// What is sent, as the outbox kept it; host is the API.
struct CallbackRequest {
  kernel::HttpRequest request{};
  std::vector<std::int64_t> expected{};
};
/// Or why it cannot be sent.
std::expected<CallbackRequest, std::string> request_of(const store::Callback& callback);

}  // namespace service
