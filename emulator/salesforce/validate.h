#pragma once
// The value checks that Salesforce makes on a published event: facts/salesforce 1.3.
#include <optional>
#include <string_view>

#include "emulator/salesforce/config.h"
#include "emulator/salesforce/ports.h"

namespace emulator::salesforce {

/// The first thing wrong with `fields`, as the REST API would report it. No definition at all takes any
/// fields.
std::optional<OrgError> find_fault(const kernel::Json& fields, const FieldDefinitions& definitions,
                                   std::string_view entity);

/// The same of an update: what is absent stays as it is.
std::optional<OrgError> find_update_fault(const kernel::Json& fields, const FieldDefinitions& definitions,
                                          std::string_view entity);

/// What the definitions add to `fields`: defaults, and null for the rest. `"A__c":null,"B__c":1`, or nothing.
std::string unset_fields(const kernel::Json& fields, const FieldDefinitions& definitions);

}  // namespace emulator::salesforce
