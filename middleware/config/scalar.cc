#include "middleware/config/scalar.h"

#include <charconv>
#include <cmath>

namespace config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

/// Takes the digits off the front and counts them.
std::size_t take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool is_integer(std::string_view text) {
  if (text.starts_with("0x"))
    return text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos && text.size() > 2;
  if (text.starts_with("0o")) return text.find_first_not_of("01234567", 2) == text.npos && text.size() > 2;
  text = without_sign(text);
  return take_digits(text) > 0 && text.empty();
}

bool is_float(std::string_view text) {
  text = without_sign(text);
  std::size_t digits = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take_digits(text);
  }
  if (digits == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    text = without_sign(text);
    if (take_digits(text) == 0) return false;
  }
  return text.empty();
}

template <class Integer>
std::optional<Integer> integer_of(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.remove_prefix(2);
  } else if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Long texts are cut between two characters.
std::string shortened(const std::string& text) {
  constexpr std::size_t kShownMax = 40;
  if (text.size() <= kShownMax) return text;
  std::size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

Meaning meaning_of(std::string_view plain) {
  if (is_any_of(plain, {"true", "True", "TRUE", "false", "False", "FALSE"})) return Meaning::Boolean;
  if (is_integer(plain)) return Meaning::Integer;
  if (is_float(plain)) return Meaning::Float;
  if (is_any_of(without_sign(plain), {".inf", ".Inf", ".INF"})) return Meaning::NoNumber;
  if (is_any_of(plain, {".nan", ".NaN", ".NAN"})) return Meaning::NoNumber;
  return Meaning::Text;
}

const std::string* text_of(const Tree& tree) {
  if (tree.kind != Tree::Kind::Scalar) return nullptr;
  return tree.quoted || meaning_of(tree.scalar) == Meaning::Text ? &tree.scalar : nullptr;
}

bool is_plain(const Tree& tree, Meaning meaning) {
  return tree.kind == Tree::Kind::Scalar && !tree.quoted && meaning_of(tree.scalar) == meaning;
}

std::optional<std::int64_t> int64_of(std::string_view plain) { return integer_of<std::int64_t>(plain); }

std::optional<std::uint64_t> uint64_of(std::string_view plain) { return integer_of<std::uint64_t>(plain); }

std::optional<double> double_of(std::string_view plain) {
  if (plain.starts_with("0x") || plain.starts_with("0o")) {
    const std::optional<std::uint64_t> value = uint64_of(plain);
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
  }
  if (plain.starts_with('+')) plain.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error != std::errc{} || end != plain.data() + plain.size()) return std::nullopt;
  return value;
}

std::string found_text(const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::Null:
      return "nothing";
    case Tree::Kind::List:
      return "a list";
    case Tree::Kind::Map:
      return "a map";
    case Tree::Kind::Scalar:
      break;
  }
  if (tree.quoted) return "the quoted text \"" + shortened(tree.scalar) + "\"";
  switch (meaning_of(tree.scalar)) {
    case Meaning::Boolean:
      return tree.scalar;
    case Meaning::Integer:
    case Meaning::Float:
    case Meaning::NoNumber:
      return "the number " + shortened(tree.scalar);
    case Meaning::Text:
      break;
  }
  return "the text '" + shortened(tree.scalar) + "'";
}

}  // namespace config
