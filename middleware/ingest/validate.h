#pragma once
// Reads an event off the bus and says what is wrong with it.
//
// A topic may also carry what an org sent without the envelope of the bus (an input path $.detail, or a
// bridge that is not ours): {"payload": {...}, "event": {"EventUuid", "EventApiName"}}. Its type is the
// EventApiName, or that of the change event: entityName Contact is a ContactChangeEvent, Box__c a
// Box__ChangeEvent.
#include <expected>
#include <string>
#include <string_view>

#include "middleware/ingest/settings.h"
#include "middleware/kernel/json.h"

namespace ingest {

/// What the function takes from an envelope.
struct Envelope {
  std::string detail_type;
  std::string source;
  std::string time;        ///< of the bus, as it came
  std::string event_uuid;  ///< from detail.id, detail.event.EventUuid, or derived from the payload where
                           ///< neither is there
  std::string created;     ///< payload.CreatedDate, "" when absent
  std::string payload_at = "/detail/payload";  ///< pointer into the event
};

/// The envelope's fields; an error if this is no EventBridge event that carries a Salesforce payload.
std::expected<Envelope, FunctionError> read_envelope(const kernel::Json& event);

/// The payload of an event that read_envelope accepted.
const kernel::Json& payload_of(const kernel::Json& event, const Envelope& envelope);

/// The first `bytes_max` bytes of a UTF-8 text or a few less: no character is cut in two.
std::string beginning(std::string_view text, std::size_t bytes_max);

/// The first field that is missing or of the wrong kind, or what the payload breaks of its schema, as a
/// ValidationError.
std::expected<void, FunctionError> validate(const kernel::Json& payload, const EventType& type);

}  // namespace ingest
