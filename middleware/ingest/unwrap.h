#pragma once
// Events that come wrapped: an SNS topic between the bus and the function puts a record around each.
//
// Source: facts/aws-delivery 2.2.
#include <expected>
#include <optional>
#include <string>

#include "middleware/ingest/settings.h"
#include "middleware/kernel/json.h"

namespace ingest {

/// The event inside an invocation by SNS, as text; nothing when `payload` is none. SNS sends exactly one
/// record: more, or one without a message, is a ValidationError.
std::expected<std::optional<std::string>, FunctionError> sns_message(const kernel::Json& payload);

/// What the function says of records that it does not take: anything but SNS here, as SQS has its own way.
std::optional<FunctionError> refuse_records(const kernel::Json& payload);

}  // namespace ingest
