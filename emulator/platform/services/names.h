#pragma once
// How App Runner names things, and what it says of names, numbers and states that are wrong.
//
// Source: facts/aws-platform 1.2. ASSUMPTION: the texts; the model gives only the codes.
#include <string>
#include <string_view>

#include "emulator/platform/access/refusal.h"
#include "middleware/kernel/random.h"

namespace emulator::services {

/// 32 hexadecimal digits.
std::string hex_id(kernel::Random& ids);
/// `[A-Za-z0-9][A-Za-z0-9-_]{3,most-1}`
bool is_name(std::string_view text, std::size_t most);

access::Refusal invalid(std::string message);
access::Refusal not_found(std::string_view arn);
access::Refusal bad_state(std::string message);
access::Refusal over_quota(std::string message);

}  // namespace emulator::services
