#pragma once
// What is done with a single event that is prepared: it ends here, gets its references, or goes to its
// destination.
#include <expected>
#include <string>

#include "middleware/ingest/handover.h"
#include "middleware/ingest/settings.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/provider.h"

namespace ingest {

/// The function's response (JSON text) or its error.
using FunctionResult = std::expected<std::string, FunctionError>;

/// Outlives every task that works in it.
struct Surroundings {
  const IngestConfig& config;
  kernel::Scheduler& scheduler;
  kernel::HttpClient& client;
  kernel::HopSink* log = nullptr;           ///< may be null
  secrets::Provider* references = nullptr;  ///< null: every reference is missing
};

/// Of an event that a route drops: it shows as a hop that filtered it, with the reason, and is counted
/// (EventsDropped by route).
FunctionResult drop(const Surroundings& around, const Handover& handover);

/// With what its references name. A ReferenceUnavailable when one is missing that is needed, or when
/// `deadline` comes first.
kernel::Task<std::expected<Handover, FunctionError>> refer(const Surroundings& around, Handover handover,
                                                           kernel::Timestamp deadline);

/// Sends at the call, with what is left until `deadline`. A call to another service than the middleware is a
/// hop of its own, of stage `api`: nobody else opens one. `event` may be "".
kernel::Task<kernel::HttpResult> post(const Surroundings& around, const Destination& destination,
                                      kernel::HttpRequest request, std::string event, kernel::HopId parent,
                                      kernel::Timestamp deadline);

/// Sends at the call; the task waits for the answer.
kernel::Task<FunctionResult> send(const Surroundings& around, Handover handover, kernel::Timestamp deadline);

/// References first, where there are some.
kernel::Task<FunctionResult> deliver(const Surroundings& around, Handover handover,
                                     kernel::Timestamp deadline);

}  // namespace ingest
