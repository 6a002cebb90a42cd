#pragma once
// Why calls are refused, in the words of the service.
//
// Source: facts/aws-delivery 1.3; texts marked ASSUMPTION are ours.
#include <optional>
#include <string>
#include <string_view>

#include "emulator/bus/ports.h"
#include "emulator/patterns/pattern.h"

namespace emulator::bus {

ApiError validation(std::string message);
/// "1 validation error detected: Value 'v' at 'place' failed to satisfy constraint: ..."
ApiError constraint(std::string_view value, std::string_view place, std::string_view constraint);
/// "Parameter P is not valid. Reason: R"
ApiError bad_parameter(std::string_view parameter, std::string_view reason);
ApiError not_found(std::string message);
ApiError bus_not_found(std::string_view bus);
ApiError rule_not_found(std::string_view rule, std::string_view bus);
ApiError already_exists(std::string message);
ApiError limit_exceeded();
/// ASSUMPTION: the text.
ApiError managed_rule(std::string_view rule, std::string_view managed_by);

/// InvalidEventPatternException in the words of the service.
ApiResult<patterns::Pattern> compiled_pattern(std::string_view text);

/// What is wrong with a name of 1..`size_max` characters out of . - _ A-Z a-z 0-9, and / where that may be.
struct NameRule {
  std::string place;  ///< "name"
  std::size_t size_max = 64;
  bool has_slashes = false;
};
std::optional<ApiError> check_name(std::string_view name, const NameRule& rule);

}  // namespace emulator::bus
