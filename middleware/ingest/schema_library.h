#pragma once
// Between our values and those of valijson, which reads nlohmann::json. For the sources of this folder.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/ingest/schema.h"
#include "middleware/kernel/json.h"

namespace ingest {

/// A copy for the library. False when `value` is over kPayloadDepthMax or kPayloadValuesMax.
bool to_library(const kernel::Json& value, nlohmann::json& out);

/// The name under which the library finds a keyword that is checked by us: it does not know it.
std::string our_name(std::string_view keyword);

/// A schema that has no find_problem, with the keywords that are checked by us under our_name.
void schema_for_library(const kernel::Json& schema, nlohmann::json& out);

/// What the library, or one of our keywords, said of a payload.
Violation violation_of(const std::vector<std::string>& context, std::string_view text);

}  // namespace ingest
