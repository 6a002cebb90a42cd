#pragma once
// What a request target and a form are made of: path, query, fields, percent-encoding.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kernel {

/// "a%2Fb" is "a/b". A '%' that no two digits follow stays as it is. `plus_is_space`: in forms, not in paths.
std::string percent_decoded(std::string_view text, bool plus_is_space);

/// All but letters, digits, -._~ and `kept` as %XX (RFC 3986).
std::string percent_encoded(std::string_view text, std::string_view kept = {});

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b=x%20y", decoded, in order. A field without '=' has an empty value.
FormFields form_fields(std::string_view text);

/// What stands before and behind the '?' of "/path?query", still encoded.
std::string_view path_of(std::string_view target);
/// "" when there is no query.
std::string_view query_of(std::string_view target);

/// The first value of `name`, or nothing.
const std::string* form_field(const FormFields& fields, std::string_view name);

}  // namespace kernel
