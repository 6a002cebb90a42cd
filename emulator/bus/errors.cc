#include "emulator/bus/errors.h"

#include <algorithm>

namespace emulator::bus {
namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text.append(part);
  return text;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

}  // namespace

ApiError validation(std::string message) { return {"ValidationException", std::move(message)}; }

ApiError constraint(std::string_view value, std::string_view place, std::string_view constraint) {
  return validation(joined({"1 validation error detected: Value '", value, "' at '", place,
                            "' failed to satisfy constraint: ", constraint}));
}

ApiError bad_parameter(std::string_view parameter, std::string_view reason) {
  return validation(joined({"Parameter ", parameter, " is not valid. Reason: ", reason}));
}

ApiError not_found(std::string message) { return {"ResourceNotFoundException", std::move(message)}; }

ApiError bus_not_found(std::string_view bus) {
  return not_found(joined({"Event bus ", bus, " does not exist."}));
}

ApiError rule_not_found(std::string_view rule, std::string_view bus) {
  return not_found(joined({"Rule ", rule, " does not exist on EventBus ", bus, "."}));
}

ApiError already_exists(std::string message) {
  return {"ResourceAlreadyExistsException", std::move(message)};
}

ApiError limit_exceeded() {
  return {"LimitExceededException", "The requested resource exceeds the maximum number allowed."};
}

ApiError managed_rule(std::string_view rule, std::string_view managed_by) {
  return {"ManagedRuleException", joined({"Rule ", rule, " is managed by ", managed_by, "."})};
}

ApiResult<patterns::Pattern> compiled_pattern(std::string_view text) {
  auto pattern = patterns::Pattern::compile(text);
  if (pattern) return std::move(*pattern);
  return std::unexpected(
      ApiError{"InvalidEventPatternException", patterns::service_text(pattern.error(), text)});
}

std::optional<ApiError> check_name(std::string_view name, const NameRule& rule) {
  if (name.empty()) return constraint(name, rule.place, "Member must have length greater than or equal to 1");
  if (name.size() > rule.size_max) {
    return constraint(name, rule.place,
                      "Member must have length less than or equal to " + std::to_string(rule.size_max));
  }
  const bool is_good = std::ranges::all_of(
      name, [&rule](char c) { return is_name_character(c) || (rule.has_slashes && c == '/'); });
  if (is_good) return std::nullopt;
  return constraint(name, rule.place,
                    joined({"Member must satisfy regular expression pattern: ",
                            rule.has_slashes ? "[/\\.\\-_A-Za-z0-9]+" : "[\\.\\-_A-Za-z0-9]+"}));
}

}  // namespace emulator::bus
