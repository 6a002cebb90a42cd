#pragma once
// What Parameter Store refuses, in its words.
//
// Source: facts/aws-platform 3, Errors. ASSUMPTION: ParameterNotFound has an empty text, as AWS is said to
// answer it; what is not quoted there is worded as the service is known to word it.
#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/platform/access/refusal.h"

namespace emulator::parameters::errors {

using access::Refusal;

Refusal not_found();
Refusal no_version(std::string_view selector, std::string_view name);
Refusal already_exists();
Refusal too_many_versions(std::string_view name, std::int64_t oldest);
Refusal too_deep();
Refusal type_changed();
Refusal unsupported_type(std::string_view type);
Refusal invalid_filter_key(std::string_view key);
Refusal invalid_filter_option(std::string_view option);
Refusal invalid_filter_value();
Refusal invalid_next_token();
Refusal too_many_labels();
Refusal validation(std::string message);
/// "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must ..."
Refusal constraint(std::string_view member, std::string_view must);

}  // namespace emulator::parameters::errors
