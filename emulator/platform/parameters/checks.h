#pragma once
// What Parameter Store says about names, values and filters before it looks at a parameter.
//
// Source: facts/aws-platform 3: 4 KB and 8 KB, 15 levels, reserved beginnings.
#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/platform/parameters/values.h"

namespace emulator::parameters {

Answer<> check_name(std::string_view name);
/// The tier that the value is kept in: Standard up to 4096 bytes, Advanced up to 8192.
Answer<std::string> tier_of(const PutRequest& request);
/// Labels are 1..100 of [A-Za-z0-9_.-], begin with no digit, and neither with aws nor ssm.
bool is_label(std::string_view label);

enum class FilterUse : std::uint8_t { ByPath, Describe };
Answer<> check_filters(const std::vector<Filter>& filters, FilterUse use);
bool fits(const Parameter& parameter, const std::vector<Filter>& filters);

/// Whether `name` lies below `path`; only on the next level unless `is_recursive`.
bool is_below(std::string_view name, std::string_view path, bool is_recursive);

/// Stands for what KMS makes of a value: opaque, the same for the same version, never the value. `seed` is
/// the rig's.
std::string cipher_text(std::uint64_t seed, const Parameter& parameter, const Version& version);

}  // namespace emulator::parameters
