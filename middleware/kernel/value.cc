#include "middleware/kernel/value.h"

#include <algorithm>

namespace kernel {
namespace {

/// A double shows what was written if that had no more digits than this.
constexpr std::size_t kExactDigits = 15;

std::size_t significant_digits(std::string_view number) {
  std::size_t digits = 0;
  std::size_t zeros = 0;  // not yet known to be inside
  for (const char c : number.substr(0, number.find_first_of("eE"))) {
    if (c == '0') {
      if (digits > 0) ++zeros;
    } else if (c >= '1' && c <= '9') {
      digits += zeros + 1;
      zeros = 0;
    }
  }
  return digits;
}

}  // namespace

bool holds_fraction(const Json& value) {
  if (!value.is_structured()) return value.is_number_float();
  return std::ranges::any_of(value, holds_fraction);
}

std::string without_spaces(std::string_view json) {
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\') {
      out += c;
      out += json[++i];
      continue;
    }
    if (c == '"') in_text = !in_text;
    if (in_text || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) out += c;
  }
  return out;
}

Value Value::read(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return missing();
  Value value{.json = std::move(*json)};
  if (holds_fraction(value.json)) value.raw = without_spaces(text);
  return value;
}

Value Value::at(std::string_view pointer) const {
  const Json* found = json_at(json, pointer);
  if (found == nullptr) return missing();
  if (raw.empty() || !holds_fraction(*found)) return {.json = *found};
  if (pointer.empty()) return *this;
  return {.json = *found, .raw = std::string(json_slice(raw, pointer).value_or(""))};
}

Value Value::of(const Decimal& number) {
  const std::string text = number.text();
  if (number.is_whole()) {
    auto whole = parse_json(text);
    if (whole && whole->is_number_integer()) return {.json = std::move(*whole)};
  }
  return {.json = parse_json(text).value_or(Json(0)), .raw = text};
}

std::string Value::text_form() const {
  if (is_nothing()) return {};
  return json.is_string() ? json.get<std::string>() : json_form();
}

Result<Decimal> Value::decimal() const {
  const std::string text = json_form();
  if (raw.empty() && json.is_number_float() && significant_digits(text) > kExactDigits)
    return invalid("the number " + text + " has more digits than are kept exactly here");
  return Decimal::parse(text);
}

std::string Value::described() const {
  if (is_nothing()) return "nothing";
  if (json.is_string()) {
    std::string text = json.get<std::string>();
    if (text.size() > 40) text = text.substr(0, 37) + "...";
    return "the text '" + text + "'";
  }
  if (json.is_number()) return "the number " + json_form();
  if (json.is_boolean()) return json_form();
  return json.is_array() ? "a list" : "an object";
}

void Arguments::fail(std::string message) {
  if (!failure_) failure_ = std::move(message);
}

void Arguments::expected(std::size_t index, const std::string& what) {
  const Value& value = values_[index];
  const std::string& source = parts_[index]->source;
  if (value.is_nothing()) return fail(source + " reads nothing, and " + what + " is needed");
  fail(source + " is " + value.described() + ", and " + what + " is needed");
}

std::string Arguments::text(std::size_t index) {
  const Value& value = values_.at(index);
  if (value.is_nothing() || value.json.is_structured()) {
    expected(index, "a text");
    return {};
  }
  return value.text_form();
}

Decimal Arguments::number(std::size_t index) {
  const Value& value = values_.at(index);
  if (!value.json.is_number()) {
    expected(index, "a number");
    return {};
  }
  return take(value.decimal());
}

std::int64_t Arguments::whole(std::size_t index, std::int64_t min, std::int64_t max) {
  const Json& json = values_.at(index).json;
  const bool fits =
      json.is_number_integer() && !(json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX);
  if (fits && json.get<std::int64_t>() >= min && json.get<std::int64_t>() <= max)
    return json.get<std::int64_t>();
  expected(index, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return min;
}

std::vector<Value> Arguments::list(std::size_t index) {
  const Value& value = values_.at(index);
  std::vector<Value> items;
  if (!value.json.is_array()) {
    expected(index, "a list");
    return items;
  }
  for (std::size_t i = 0; i < value.json.size(); ++i) items.push_back(value.at("/" + std::to_string(i)));
  return items;
}

const Value& Arguments::any(std::size_t index) {
  const Value& value = values_.at(index);
  if (value.is_nothing()) expected(index, "a value");
  return value;
}

std::string Arguments::pointer(std::size_t index) {
  const Json& json = values_.at(index).json;
  if (json.is_string() &&
      (json.get_ref<const std::string&>().empty() || json.get_ref<const std::string&>()[0] == '/'))
    return json.get<std::string>();
  expected(index, "a JSON Pointer in quotes such as '/id'");
  return {};
}

}  // namespace kernel
