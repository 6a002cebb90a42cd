#include "emulator/platform/logs/errors.h"

#include <utility>

namespace emulator::logs::errors {

Refusal no_group() { return {"ResourceNotFoundException", "The specified log group does not exist."}; }

Refusal no_stream() { return {"ResourceNotFoundException", "The specified log stream does not exist."}; }

Refusal no_filter() { return {"ResourceNotFoundException", "The specified metric filter does not exist."}; }

Refusal no_query(std::string_view id) {
  return {"ResourceNotFoundException", "Query " + std::string(id) + " does not exist."};
}

Refusal group_exists() {
  return {"ResourceAlreadyExistsException", "The specified log group already exists"};
}

Refusal stream_exists() {
  return {"ResourceAlreadyExistsException", "The specified log stream already exists"};
}

Refusal limit_exceeded() { return {"LimitExceededException", "Resource limit exceeded."}; }

Refusal invalid(std::string message) { return {"InvalidParameterException", std::move(message)}; }

Refusal invalid_token() { return invalid("The specified nextToken is invalid."); }

Refusal malformed_query(std::string message) { return {"MalformedQueryException", std::move(message)}; }

Refusal constraint(std::string_view value, std::string_view member, std::string_view must) {
  return invalid("1 validation error detected: Value '" + std::string(value) + "' at '" +
                 std::string(member) + "' failed to satisfy constraint: Member must " + std::string(must));
}

Refusal not_emulated(std::string_view what) { return invalid(std::string(what) + " is not emulated"); }

}  // namespace emulator::logs::errors
