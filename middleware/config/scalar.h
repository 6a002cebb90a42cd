#pragma once
// What an unquoted scalar means: the YAML 1.2 core schema, chapter 10.3.2. yaml-cpp has already sorted out
// null.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/config/tree.h"

namespace config {

enum class Meaning { Boolean, Integer, Float, NoNumber, Text };  ///< NoNumber: .inf, -.inf and .nan.

Meaning meaning_of(std::string_view plain);

/// The text of a scalar that is text: quoted, or with no other meaning.
const std::string* text_of(const Tree& tree);
bool is_plain(const Tree& tree, Meaning meaning);

/// Integers: decimal, 0o17, 0x1f; a sign in front of decimals. Nothing when it does not fit.
std::optional<std::int64_t> int64_of(std::string_view plain);
std::optional<std::uint64_t> uint64_of(std::string_view plain);
/// Integer or Float. Nothing when it does not fit.
std::optional<double> double_of(std::string_view plain);

/// "the number 5", "the text 'abc'", "the quoted text \"5\"", "a list", "nothing".
std::string found_text(const Tree& tree);

}  // namespace config
