#pragma once
// "@{order.id}": what one call of a composite request takes from the answer of an earlier one.
//
// Source: facts/salesforce 1.2; paths with '.' and [n] are from memory (ASSUMPTION).
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace emulator::salesforce_edge {

/// `text` with every reference replaced. `answers` is an object: the body of each answer by its referenceId.
/// The error names the reference that leads nowhere.
kernel::Result<std::string> resolved(std::string_view text, const kernel::Json& answers);

/// The same in every text within `value`.
kernel::Result<> resolve_all(kernel::Json& value, const kernel::Json& answers);

}  // namespace emulator::salesforce_edge
