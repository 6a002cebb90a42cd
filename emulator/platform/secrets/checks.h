#pragma once
// What Secrets Manager says about a request before it looks at a secret.
//
// Source: facts/aws-platform 2: names of 1..512 characters [A-Za-z0-9/_+=.@!-], values of up to 65,536
// bytes, tokens of 32..64 characters, deletion windows of 7..30 days, rotation after 1..1000 days.
#include <optional>
#include <string>
#include <string_view>

#include "emulator/platform/secrets/values.h"

namespace emulator::secrets_manager {

Answer<> check_name(std::string_view name);
/// Of a call that writes: it must be there.
Answer<> check_token(const std::optional<std::string>& token);
/// Nothing when the request holds no value.
Answer<std::optional<SecretValue>> value_in(const WriteRequest& request);
Answer<> check_tags(const Tags& tags);
Answer<> check_window(const DeleteRequest& request);

/// How far apart rotations are; nothing when the rules are empty. Of schedules only rate(...) in hours and
/// days is emulated.
Answer<std::optional<kernel::Duration>> period_of(const RotationRules& rules);

/// Whether `secret` fits all filters. ASSUMPTION: names and tags are compared by their beginning, a "!"
/// before a value turns it round; a description fits when a word of it begins so, in any case.
bool fits(const Secret& secret, const std::vector<Filter>& filters);
Answer<> check_filters(const std::vector<Filter>& filters);

}  // namespace emulator::secrets_manager
