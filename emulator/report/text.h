#pragma once
// Small things that every report needs: columns, colours, moments, clean UTF-8.
#include <cstdint>
#include <string>
#include <string_view>

namespace emulator::report {

/// `text` with U+FFFD in place of bytes that are not UTF-8.
std::string clean_utf8(std::string_view text);

/// How many columns a terminal needs: characters, not bytes. Wide characters of East Asia count as one.
std::size_t columns_of(std::string_view text);
/// Spaces behind (or before) `text` up to `width` columns.
std::string padded(std::string_view text, std::size_t width);
std::string padded_left(std::string_view text, std::size_t width);
/// One line of at most `width` columns; what is cut off is shown as "…".
std::string one_line(std::string_view text, std::size_t width);

/// "0.040s", "1m02.340s", "1h02m03.004s": a moment of the run, to the millisecond.
std::string moment_text(std::int64_t since_start_ns);

/// The word in single quotes where a shell needs them.
std::string shell_word(std::string_view word);

enum class Colour : std::uint8_t { Red, Green, Yellow, Bold, Faint };
/// Without `enabled` the text itself.
std::string coloured(std::string_view text, Colour colour, bool enabled);

}  // namespace emulator::report
