#pragma once
// Which record an event, or an item of a block, is of, and which version of it.
//
// Versions are compared part by part: numbers by value, before all texts; texts by their letters. Of change
// events that is commitNumber, then sequenceNumber: several changes of one record in one transaction share
// the first. ASSUMPTION: a commitNumber rises from commit to commit (facts/salesforce 3.1 calls it
// diagnostic; commitTimestamp has whole seconds only, and a transactionKey has no order).
#include "middleware/kernel/expression.h"
#include "middleware/service/flow.h"

namespace service {

/// Its record is "" where the flow keeps no versions; its version is "" where a part has no order, such as
/// null: then it is never late.
kernel::Result<store::AppliedVersion> version_of(const FlowConfig& flow, const kernel::TemplateScope& scope);

}  // namespace service
