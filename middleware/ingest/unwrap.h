#pragma once
// Events that come wrapped: an SNS topic between the bus and the function puts a record around each.
//
// Source: facts/aws-delivery 2.2.
#include <optional>
#include <string>

#include "middleware/ingest/ingest.h"
#include "middleware/kernel/json.h"

namespace ingest {

/// The event inside an invocation by SNS, as text; nothing when `payload` is none. SNS sends exactly one
/// record: more, or one without a message, is a ValidationError.
std::expected<std::optional<std::string>, FunctionError> sns_message(const kernel::Json& payload);

}  // namespace ingest
