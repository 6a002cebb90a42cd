#pragma once
// JSON that keeps the order of keys and every 64-bit integer. The library's header stays out of ours: include
// <nlohmann/json.hpp> in sources that look inside a value.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace kernel {

using Json = nlohmann::ordered_json;

/// Reads one JSON text. Integers from -2^63 to 2^64-1 stay exact; the error names line and column.
Result<Json> parse_json(std::string_view text);

/// Whether parse_json would read it.
bool is_json(std::string_view text);

/// Without spaces. Text that is not UTF-8 comes out with U+FFFD in place of the bad bytes.
std::string json_text(const Json& value);

/// The value at a JSON Pointer (RFC 6901) such as "/Lines__c/0/sku", or null when there is none or the
/// pointer is malformed. The pointer "" is the value itself.
const Json* json_at(const Json& value, std::string_view pointer);

/// The value at `pointer` as text: strings bare, everything else as JSON; empty when there is none.
std::string json_text_at(const Json& value, std::string_view pointer);

/// The part of `text` that is the value at `pointer`, as it stands there; nothing when there is none. `text`
/// must be JSON that parse_json accepts: only the way to the value is read.
std::optional<std::string_view> json_slice(std::string_view text, std::string_view pointer);

/// `text` between double quotes, escaped.
std::string json_quoted(std::string_view text);

/// Appends `text` escaped and quoted to `out`.
void append_json_quoted(std::string& out, std::string_view text);

}  // namespace kernel
