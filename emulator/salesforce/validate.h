#pragma once
// The value checks that Salesforce makes on a published event: facts/salesforce 1.3.
#include <optional>
#include <string_view>

#include "emulator/salesforce/org.h"

namespace emulator::salesforce {

/// The first thing wrong with `fields`, as the REST API would report it.
std::optional<PublishError> find_fault(const kernel::Json& fields, const EventDefinition& definition,
                                       std::string_view api_name);

}  // namespace emulator::salesforce
