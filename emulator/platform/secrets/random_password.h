#pragma once
// GetRandomPassword, which functions that rotate a secret begin with.
//
// Source: facts/aws-platform 2 names no rules. ASSUMPTION: those of the service's model: 32 characters of
// lower and upper case, numbers and punctuation unless asked otherwise.
#include <string>

#include "emulator/platform/secrets/values.h"
#include "middleware/kernel/random.h"

namespace emulator::secrets_manager {

/// Refused when nothing is left to choose from, or too little for one of each kind.
Answer<std::string> random_password(const PasswordRules& rules, kernel::Random& luck);

}  // namespace emulator::secrets_manager
