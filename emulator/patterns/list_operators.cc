// The operators whose values are lists: numeric, and anything-but.
#include "emulator/patterns/expression.h"

namespace emulator::patterns {
namespace {

constexpr const char* kTooMany = "Too many elements in numeric expression";

bool is_number(Token token) { return token == Token::Number; }

}  // namespace

ExpressionReader::Made ExpressionReader::numeric() {
  if (reader_.next() != Token::ArrayBegin) return refused(reader_, "Value of numeric must be an array.");
  const auto made = range();
  if (!made) return std::unexpected(made.error());
  if (reader_.next() != Token::ObjectEnd) return refused(reader_, kTooMany);
  return Likeness{*made};
}

/// The next token as a number; whether it can be compared shows later, when the expression is complete.
kernel::Result<std::string> ExpressionReader::operand(const std::string& of) {
  if (!is_number(reader_.next())) return refused(reader_, "Value of " + of + " must be numeric");
  return reader_.text();
}

kernel::Result<double> ExpressionReader::compared(const std::string& number) {
  const auto value = comparable_number(number);
  if (!value) return refused(reader_, "Cannot compare number : " + number);
  return *value;
}

/// Up to the closing bracket.
kernel::Result<NumberRange> ExpressionReader::range() {
  if (reader_.next() != Token::Text)
    return refused(reader_, "Invalid member in numeric match: " + reader_.text());
  const std::string name = reader_.text();
  const bool is_lower = name == ">" || name == ">=";
  if (!is_lower && name != "=" && name != "<" && name != "<=") {
    reader_.next();
    return refused(reader_, "Unrecognized numeric range operator: " + name);
  }
  const auto number = operand(name == "=" ? "equals" : name);
  if (!number) return std::unexpected(number.error());
  const Token after = reader_.next();
  if (is_lower && after != Token::ArrayEnd) return up_to(after, *number, name == ">");
  if (after != Token::ArrayEnd) return refused(reader_, kTooMany);
  const auto value = compared(*number);
  if (!value) return std::unexpected(value.error());
  if (name == "=") return NumberRange{.low = *value, .high = *value};
  if (is_lower) return NumberRange{.low = *value, .is_low_open = name == ">"};
  return NumberRange{.high = *value, .is_high_open = name == "<"};
}

kernel::Result<NumberRange> ExpressionReader::up_to(Token token, const std::string& bottom, bool is_open) {
  if (token != Token::Text) return refused(reader_, "Bad value in numeric range: " + reader_.text());
  const std::string name = reader_.text();
  if (name != "<" && name != "<=") return refused(reader_, "Bad numeric range operator: " + name);
  const auto top = operand(name);
  if (!top) return std::unexpected(top.error());
  if (reader_.next() != Token::ArrayEnd)
    return refused(reader_, "Too many terms in numeric range expression");
  const auto low = compared(bottom);
  if (!low) return std::unexpected(low.error());
  const auto high = compared(*top);
  if (!high) return std::unexpected(high.error());
  if (*low >= *high) return refused(reader_, "Bottom must be less than top");
  return NumberRange{*low, is_open, *high, name == "<"};
}

ExpressionReader::Made ExpressionReader::anything_but() {
  Token token = reader_.next();
  std::string kind;
  if (token == Token::ObjectBegin) {
    if (reader_.next() != Token::Key) return refused(reader_, "Anything-But expression name not found");
    kind = reader_.text();
    const bool is_kind =
        kind == "equals-ignore-case" || kind == "prefix" || kind == "suffix" || kind == "wildcard";
    if (!is_kind || !is_known("anything-but/" + kind))
      return refused(reader_, "Unsupported anything-but pattern: " + kind);
    token = reader_.next();
  }
  if (token != Token::ArrayBegin && token != Token::Text && !is_number(token))
    return refused(reader_, "Value of anything-but must be an array or single string/number value.");
  auto values = kind.empty() ? plain_values(token) : values_of(kind, token);
  if (!values) return std::unexpected(values.error());
  for (int braces = kind.empty() ? 1 : 2; braces > 0; --braces) {
    if (reader_.next() != Token::ObjectEnd) return refused(reader_, kTooMany);
  }
  return AnythingBut{std::move(*values)};
}

kernel::Result<std::vector<Likeness>> ExpressionReader::plain_values(Token first) {
  std::vector<Likeness> values;
  int numbers = 0;
  int strings = 0;
  const bool is_list = first == Token::ArrayBegin;
  for (Token token = is_list ? reader_.next() : first; token != Token::ArrayEnd; token = reader_.next()) {
    if (token == Token::Text) {
      values.emplace_back(ExactText{reader_.text()});
      ++strings;
    } else if (is_number(token)) {
      auto value = compared(reader_.text());
      if (!value) {
        if (!is_list) value.error().place.clear();  // the engine names no place for a single number
        return std::unexpected(value.error());
      }
      values.emplace_back(NumberRange{.low = *value, .high = *value});
      ++numbers;
    } else {
      return refused(reader_, "Inside anything but list, start|null|boolean is not supported.");
    }
    if (!is_list) return values;
  }
  if ((numbers > 0) == (strings > 0)) {
    return refused(
        reader_,
        "Inside anything but list, either all values are number or string, mixed type is not supported");
  }
  return values;
}

kernel::Result<std::vector<Likeness>> ExpressionReader::values_of(const std::string& kind, Token first) {
  std::vector<Likeness> values;
  const bool is_list = first == Token::ArrayBegin;
  for (Token token = is_list ? reader_.next() : first; token != Token::ArrayEnd; token = reader_.next()) {
    auto value = value_of(kind, token);
    if (!value) return std::unexpected(value.error());
    values.push_back(std::move(*value));
    if (!is_list) break;
  }
  return values;
}

kernel::Result<Likeness> ExpressionReader::value_of(const std::string& kind, Token token) {
  const bool is_end = kind == "prefix" || kind == "suffix";
  if (token != Token::Text) {
    if (is_end) return refused(reader_, "prefix/suffix match pattern must be a string");
    if (kind == "wildcard") return refused(reader_, "wildcard match pattern must be a string");
    return refused(
        reader_, "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.");
  }
  std::string text = reader_.text();
  if (is_end && text.empty()) return refused(reader_, "Null prefix/suffix not allowed");
  if (kind == "prefix") return Prefix{std::move(text)};
  if (kind == "suffix") return Suffix{std::move(text)};
  if (kind == "equals-ignore-case") return AnyCase{.text = IgnoreCase(text)};
  auto wildcard = Wildcard::parse(text);
  if (!wildcard) return refused(reader_, wildcard.error().message);
  return std::move(*wildcard);
}

}  // namespace emulator::patterns
