#include "mocks/jsonpath/cursor.h"

#include <cctype>
#include <charconv>

namespace mocks::jsonpath {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool begins_name(char c) { return is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

void append_utf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xC0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      byte(0xE0 | (point >> 12));
    } else {
      byte(0xF0 | (point >> 18));
      byte(0x80 | ((point >> 12) & 0x3F));
    }
    byte(0x80 | ((point >> 6) & 0x3F));
  }
  byte(0x80 | (point & 0x3F));
}

}  // namespace

bool Cursor::take(std::string_view what) {
  if (!sees(what)) return false;
  at_ += what.size();
  return true;
}

void Cursor::expect(char c) {
  if (!take(std::string_view(&c, 1))) refuse(std::string("'") + c + "' is missing");
}

void Cursor::skip_blanks() {
  while (!is_at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
}

void Cursor::refuse(const std::string& why) const {
  throw Refused{"column " + std::to_string(at_ + 1) + ": " + why};
}

std::optional<std::int64_t> Cursor::integer() {
  const std::size_t start = at_;
  const bool is_negative = take("-");
  const std::size_t digits = at_;
  while (is_digit(peek())) ++at_;
  if (at_ == digits) {
    if (is_negative) refuse("a digit is missing");
    return std::nullopt;
  }
  const bool has_leading_zero = text_[digits] == '0' && (at_ - digits > 1 || is_negative);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text_.data() + start, text_.data() + at_, value);
  constexpr std::int64_t kMax = (std::int64_t{1} << 53) - 1;
  if (has_leading_zero || error != std::errc{} || value > kMax || value < -kMax)
    refuse("'" + std::string(text_.substr(start, at_ - start)) + "' is no index");
  return value;
}

std::string_view Cursor::number() {
  const std::size_t start = at_;
  take("-");
  const std::size_t digits = at_;
  while (is_digit(peek())) ++at_;
  if (at_ == digits) {
    at_ = start;
    return {};
  }
  if (text_[digits] == '0' && at_ - digits > 1) refuse("a number begins with 0");
  if (take(".")) {
    if (!is_digit(peek())) refuse("a digit is missing");
    while (is_digit(peek())) ++at_;
  }
  if (take("e") || take("E")) {
    if (!take("+")) take("-");
    if (!is_digit(peek())) refuse("a digit is missing");
    while (is_digit(peek())) ++at_;
  }
  return text_.substr(start, at_ - start);
}

std::string Cursor::name() {
  const std::size_t start = at_;
  if (begins_name(peek())) {
    while (begins_name(peek()) || is_digit(peek())) ++at_;
  }
  return std::string(text_.substr(start, at_ - start));
}

std::string_view Cursor::function_name() {
  const std::size_t start = at_;
  if (peek() >= 'a' && peek() <= 'z') {
    while ((peek() >= 'a' && peek() <= 'z') || is_digit(peek()) || peek() == '_') ++at_;
  }
  return text_.substr(start, at_ - start);
}

std::string Cursor::quoted() {
  const char quote = peek();
  ++at_;
  std::string value;
  while (true) {
    if (is_at_end()) refuse("a string has no end");
    const char c = text_[at_++];
    if (c == quote) return value;
    if (static_cast<unsigned char>(c) < 0x20) refuse("a control character stands in a string");
    if (c == '\\') {
      escape(value, quote);
    } else {
      value += c;
    }
  }
}

void Cursor::escape(std::string& out, char quote) {
  const char c = peek();
  ++at_;
  switch (c) {
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'n':
      out += '\n';
      return;
    case 'r':
      out += '\r';
      return;
    case 't':
      out += '\t';
      return;
    case '/':
    case '\\':
      out += c;
      return;
    case 'u':
      break;
    default:
      if (c != quote) refuse("no such escape");
      out += c;
      return;
  }
  std::uint32_t point = four_digits();
  if (point >= 0xDC00 && point < 0xE000) refuse("half of a surrogate pair");
  if (point >= 0xD800 && point < 0xDC00) {
    if (!take("\\u")) refuse("half of a surrogate pair");
    const std::uint32_t low = four_digits();
    if (low < 0xDC00 || low >= 0xE000) refuse("half of a surrogate pair");
    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, point);
}

std::uint32_t Cursor::four_digits() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const auto c = static_cast<unsigned char>(peek());
    if (std::isxdigit(c) == 0) refuse("\\u wants four hexadecimal digits");
    value = value * 16 + static_cast<std::uint32_t>(is_digit(peek()) ? c - '0' : (c | 0x20) - 'a' + 10);
    ++at_;
  }
  return value;
}

}  // namespace mocks::jsonpath
