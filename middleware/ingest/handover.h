#pragma once
// An event on its way from an invocation to its destination, and the two forms in which it gets there: a
// CloudEvents request of its own (binary mode), or an item of a batch of them.
//
//   POST /events                        POST /events
//   Content-Type: application/json      Content-Type: application/cloudevents-batch+json
//   ce-id, ce-type, ce-source, ...      X-Deadline-Ms for all
//   the payload                         [{"specversion", "id", "type", "source", "time", "traceparent",
//   "data"}]
//
// A batch is answered with 200 and one object an event, in the same order:
// {"id", "status", "retryAfter"?, "type"?, "detail"?}. Every other answer is one for all of them.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/ingest/settings.h"
#include "middleware/ingest/validate.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"

namespace ingest {

/// A reference that is still to be looked up.
struct WantedReference {
  const Reference* reference;
  std::string entry;
};

struct Handover {
  Envelope envelope;
  std::string payload;  ///< JSON text, as it stood in the event
  std::string added{};  ///< members to add to it, without braces; "": none
  std::string correlation_id{};
  std::optional<std::int64_t> age_ms{};
  kernel::HopId hop = 0;
  std::size_t destination = 0;
  const Route* dropped_by = nullptr;
  std::vector<WantedReference> wanted{};
};

/// Checks an event, adds what is known, and finds its way. `text` is the event, or an SNS record around it.
/// The config must outlive the handover.
std::expected<Handover, FunctionError> prepare(std::string_view text, const IngestConfig& config,
                                               kernel::WallTime now, kernel::HopId hop);

kernel::HttpRequest to_request(Handover handover, const Destination& destination, std::string_view under);

/// One item of a batch.
std::string to_cloud_event(Handover handover, std::string_view under);

/// A request with all of `items` as its body.
kernel::HttpRequest batch_request(const std::vector<std::string_view>& items, const Destination& destination);

struct ItemAnswer {
  int status = 0;
  std::string detail{};
};
/// Nothing when `body` is not what a batch of these ids is answered with.
std::optional<std::vector<ItemAnswer>> read_answers(std::string_view body,
                                                    const std::vector<std::string>& ids);

/// What a status below 300 means: nothing went wrong. Else why the event failed.
std::optional<FunctionError> error_of(int status, std::string_view detail);
FunctionError unreachable(kernel::NoAnswer reason);

}  // namespace ingest
