#pragma once
// What Secrets Manager refuses, in its words.
//
// Source: facts/aws-platform 2, Errors. ASSUMPTION: what is not quoted there is worded as the service is
// known to word it; constraints of the model (lengths, ranges) are answered as ValidationException.
#include <string>
#include <string_view>

#include "emulator/platform/access/refusal.h"

namespace emulator::secrets_manager::errors {

using access::Refusal;

Refusal no_secret();
Refusal no_version_of_stage(std::string_view stage);
Refusal no_version(std::string_view id);
Refusal marked_for_deletion();
Refusal scheduled_name();
Refusal stage_of_other_version();
Refusal no_rotation_function();
Refusal cannot_invoke();
Refusal rotation_in_progress();
Refusal name_exists(std::string_view name);
Refusal token_in_use(std::string_view token, std::string_view arn);
Refusal invalid_name();
Refusal token_needed();
Refusal invalid_request(std::string message);
Refusal invalid_parameter(std::string message);
Refusal invalid_next_token();
/// "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must ..."
Refusal constraint(std::string_view member, std::string_view must);

}  // namespace emulator::secrets_manager::errors
