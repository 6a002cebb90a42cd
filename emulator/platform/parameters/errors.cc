#include "emulator/platform/parameters/errors.h"

#include <utility>

namespace emulator::parameters::errors {

Refusal not_found() { return {"ParameterNotFound", ""}; }

Refusal no_version(std::string_view selector, std::string_view name) {
  return {"ParameterVersionNotFound", "Systems Manager could not find version " + std::string(selector) +
                                          " of " + std::string(name) + ". Verify the version and try again."};
}

Refusal already_exists() {
  return {"ParameterAlreadyExists",
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to "
          "true."};
}

Refusal too_many_versions(std::string_view name, std::int64_t oldest) {
  return {"ParameterMaxVersionLimitExceeded",
          "You attempted to create a new version of " + std::string(name) +
              " by calling the PutParameter API with the overwrite flag. Version " + std::to_string(oldest) +
              ", the oldest version, can't be deleted because it has a label associated with it. Move the "
              "label to another version of the parameter, and try again."};
}

Refusal too_deep() {
  return {"HierarchyLevelLimitExceededException",
          "Hierarchies are limited to a maximum of 15 levels. Reduce the number of levels and try again."};
}

Refusal type_changed() {
  return {"HierarchyTypeMismatchException",
          "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't "
          "change a parameter from a String type to a SecureString type. You must create a new, unique "
          "parameter."};
}

Refusal unsupported_type(std::string_view type) {
  return {"UnsupportedParameterType",
          "The parameter type " + std::string(type) + " is not one of String, StringList and SecureString."};
}

Refusal invalid_filter_key(std::string_view key) {
  return {"InvalidFilterKey", "The filter key " + std::string(key) + " is not valid for this operation."};
}

Refusal invalid_filter_option(std::string_view option) {
  return {"InvalidFilterOption", "The filter option " + std::string(option) + " is not valid for its key."};
}

Refusal invalid_filter_value() { return {"InvalidFilterValue", "The filter value isn't valid."}; }

Refusal invalid_next_token() { return {"InvalidNextToken", "The specified token isn't valid."}; }

Refusal too_many_labels() {
  return {"ParameterVersionLabelLimitExceeded", "A parameter version can have maximum ten labels."};
}

Refusal validation(std::string message) { return {"ValidationException", std::move(message)}; }

Refusal constraint(std::string_view member, std::string_view must) {
  return validation("1 validation error detected: Value at '" + std::string(member) +
                    "' failed to satisfy constraint: Member must " + std::string(must));
}

}  // namespace emulator::parameters::errors
