#include "emulator/platform/logs/insights_expression.h"

#include <algorithm>
#include <cmath>

#include "emulator/platform/logs/comparison.h"

namespace emulator::logs {
namespace {

using Kind = InsightsExpression::Kind;

std::optional<Comparator> comparator_of(std::string_view name) {
  if (name == "=") return Comparator::Equal;
  if (name == "!=") return Comparator::NotEqual;
  if (name == "<") return Comparator::Less;
  if (name == "<=") return Comparator::LessOrEqual;
  if (name == ">") return Comparator::Greater;
  if (name == ">=") return Comparator::GreaterOrEqual;
  return std::nullopt;
}

InsightsValue compared(const InsightsValue& left, Comparator comparator, const InsightsValue& right) {
  const auto left_text = text_of(left);
  const auto right_text = text_of(right);
  if (!left_text || !right_text) return false;
  const auto left_number = number_of(left);
  const auto right_number = number_of(right);
  if (left_number && right_number) return compare(*left_number, comparator, *right_number);
  const auto order = *left_text <=> *right_text;
  return compare(order < 0 ? -1 : order > 0 ? 1 : 0, comparator, 0);
}

InsightsValue calculated(char sign, const InsightsValue& left, const InsightsValue& right) {
  const auto a = number_of(left);
  const auto b = number_of(right);
  if (!a || !b) return std::nullopt;
  if (sign == '+') return *a + *b;
  if (sign == '-') return *a - *b;
  if (sign == '*') return *a * *b;
  if (*b == 0) return std::nullopt;
  return sign == '/' ? *a / *b : std::fmod(*a, *b);
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

InsightsValue called(const std::string& name, const std::vector<InsightsValue>& arguments) {
  const InsightsValue& first = arguments.front();
  if (name == "ispresent") return first.has_value();
  if (name == "isempty") return !first || text_of(first)->empty();
  if (name == "isblank") return !first || trimmed(*text_of(first)).empty();
  if (name == "coalesce") {
    const auto found = std::ranges::find_if(arguments, [](const auto& one) { return one.has_value(); });
    return found == arguments.end() ? std::nullopt : *found;
  }
  if (name == "concat") {
    std::string all;
    for (const InsightsValue& one : arguments) all += text_of(one).value_or("");
    return all;
  }
  if (!first) return std::nullopt;
  if (name == "abs" || name == "ceil" || name == "floor") {
    const auto number = number_of(first);
    if (!number) return std::nullopt;
    return name == "abs" ? std::abs(*number) : name == "ceil" ? std::ceil(*number) : std::floor(*number);
  }
  std::string text = *text_of(first);
  if (name == "strlen") return static_cast<double>(text.size());
  if (name == "trim") return trimmed(text);
  if (name == "strcontains") {
    const auto part = text_of(arguments[1]);
    return part && text.contains(*part) ? 1.0 : 0.0;
  }
  std::ranges::transform(text, text.begin(), name == "toupper" ? upper : lower);
  return text;
}

InsightsValue binned(const InsightsValue& time, kernel::Duration period) {
  const auto text = text_of(time);
  const auto at = text ? insights_time_in(*text) : std::nullopt;
  if (!at) return std::nullopt;
  const auto step = period / std::chrono::milliseconds{1};
  return insights_time(*at - *at % step);
}

}  // namespace

std::optional<double> number_of(const InsightsValue& value) {
  if (!value) return std::nullopt;
  if (const auto* number = std::get_if<double>(&*value)) return *number;
  if (const auto* text = std::get_if<std::string>(&*value)) return number_in(*text);
  return std::nullopt;
}

std::optional<std::string> text_of(const InsightsValue& value) {
  if (!value) return std::nullopt;
  if (const auto* number = std::get_if<double>(&*value)) return number_text(*number);
  if (const auto* is_so = std::get_if<bool>(&*value)) return *is_so ? "true" : "false";
  return std::get<std::string>(*value);
}

bool is_true(const InsightsValue& value) {
  if (!value) return false;
  if (const auto* is_so = std::get_if<bool>(&*value)) return *is_so;
  if (const auto number = number_of(value)) return *number != 0;
  return std::get<std::string>(*value) == "true";
}

InsightsValue InsightsExpression::value_in(const InsightsRow& row) const {
  switch (kind) {
    case Kind::Constant:
      return constant;
    case Kind::Field: {
      auto found = row.field(name);
      return found ? InsightsValue(std::move(*found)) : std::nullopt;
    }
    case Kind::Like: {
      const auto text = text_of(parts[0].value_in(row));
      if (!text) return false;
      return regex ? regex->is_found_in(*text) : text->contains(*text_of(parts[1].constant));
    }
    case Kind::In: {
      const InsightsValue value = parts[0].value_in(row);
      return std::any_of(parts.begin() + 1, parts.end(), [&](const InsightsExpression& one) {
        return is_true(compared(value, Comparator::Equal, one.value_in(row)));
      });
    }
    case Kind::Bin:
      return binned(parts[0].value_in(row), period);
    case Kind::Function: {
      std::vector<InsightsValue> arguments;
      for (const InsightsExpression& part : parts) arguments.push_back(part.value_in(row));
      return called(name, arguments);
    }
    case Kind::Operator:
      break;
  }
  if (name == "not") return !is_true(parts[0].value_in(row));
  if (name == "and") return is_true(parts[0].value_in(row)) && is_true(parts[1].value_in(row));
  if (name == "or") return is_true(parts[0].value_in(row)) || is_true(parts[1].value_in(row));
  const InsightsValue left = parts[0].value_in(row);
  const InsightsValue right = parts[1].value_in(row);
  if (const auto comparator = comparator_of(name)) return compared(left, *comparator, right);
  return calculated(name.front(), left, right);
}

}  // namespace emulator::logs
