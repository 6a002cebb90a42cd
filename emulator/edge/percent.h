#pragma once
// Percent-encoding as forms and paths use it.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emulator::edge {

/// "a%2Fb" is "a/b". A '%' that no two digits follow stays as it is. `plus_is_space`: in forms, not in paths.
std::string percent_decoded(std::string_view text, bool plus_is_space);

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b=x%20y", decoded, in order. A field without '=' has an empty value.
FormFields form_fields(std::string_view text);

/// The first value of `name`, or nothing.
const std::string* form_field(const FormFields& fields, std::string_view name);

}  // namespace emulator::edge
