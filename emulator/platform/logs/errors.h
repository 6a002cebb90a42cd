#pragma once
// What CloudWatch Logs refuses, in its words.
//
// Source: facts/aws-platform 4.5. ASSUMPTION: texts that are not quoted there are worded as the service is
// known to word them.
#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/platform/access/refusal.h"

namespace emulator::logs::errors {

using access::Refusal;

Refusal no_group();
Refusal no_stream();
Refusal no_filter();
Refusal no_query(std::string_view id);
Refusal group_exists();
Refusal stream_exists();
Refusal limit_exceeded();
Refusal invalid(std::string message);
Refusal invalid_token();
Refusal malformed_query(std::string message);
/// "1 validation error detected: Value 'x' at 'logGroupName' failed to satisfy constraint: Member must ..."
Refusal constraint(std::string_view value, std::string_view member, std::string_view must);
Refusal not_emulated(std::string_view what);

}  // namespace emulator::logs::errors
