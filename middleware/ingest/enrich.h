#pragma once
// What the function adds to a payload before it hands it over: under one name, so that nothing of the event
// is changed or hidden.
//
//   {"Order_Number__c": "SO-1", ..., "_enriched": {"correlation_id": "SO-1", "region": "eu", "prices":
//   {...}}}
//
// What was there stays as it stood, digit by digit: the addition is text in front of the last brace. A
// payload that has a member of that name is refused: nobody may pass something off as ours.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/ingest/settings.h"
#include "middleware/kernel/json.h"

namespace ingest {

/// The correlation id of an event: the value of its field, or the EventUuid.
std::string correlation_id(const Enrichment& enrichment, const kernel::Json& payload,
                           std::string_view event_uuid);

/// Puts into `added`, an object, what is known without asking anybody. `age_ms`: nothing when the event does
/// not tell. A ValidationError names a look-up that has no value.
std::expected<void, FunctionError> add_known(const Enrichment& enrichment, const kernel::Json& payload,
                                             std::string_view event_uuid, std::optional<std::int64_t> age_ms,
                                             kernel::Json& added);

/// The entry of a reference that the payload asks for; "" when it takes all of it.
std::string entry_of(const Reference& reference, const kernel::Json& payload);

/// What a reference adds of its parameter's text, as JSON text; nothing when that is no JSON or has no such
/// entry.
std::optional<std::string> referenced(std::string_view parameter, bool is_whole, std::string_view entry);

/// `payload`, the text of an object, with `added`, members without braces, as its last member.
std::string with_addition(std::string payload, std::string_view under, std::string_view added);

}  // namespace ingest
