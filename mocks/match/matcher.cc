#include "mocks/match/matcher.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "middleware/ingest/schema.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/http.h"
#include "mocks/match/json_equality.h"

namespace mocks::match {
namespace {

using kernel::Json;

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<kernel::WallTime> moment_in(std::string_view text, DateFormat format) {
  if (format == DateFormat::Iso) {
    const auto time = kernel::parse_wall_time(text);
    return time ? std::optional(*time) : std::nullopt;
  }
  if (format == DateFormat::HttpDate) {
    // The date that has this text is found by what its parts say.
    constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29) return std::nullopt;
    const auto month = std::ranges::find(kMonths, text.substr(8, 3)) - std::begin(kMonths) + 1;
    if (month > 12) return std::nullopt;
    const std::string two = month < 10 ? "0" + std::to_string(month) : std::to_string(month);
    const auto time =
        kernel::parse_wall_time(std::string(text.substr(12, 4)) + "-" + two + "-" +
                                std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) + "Z");
    return time && kernel::http_date(*time) == text ? std::optional(*time) : std::nullopt;
  }
  const auto value = number_in(text);
  if (!value || std::abs(*value) > 9e15) return std::nullopt;
  const double nanoseconds = *value * (format == DateFormat::UnixSeconds ? 1e9 : 1e6);
  if (std::abs(nanoseconds) > 9e18) return std::nullopt;
  return kernel::WallTime{kernel::Duration{static_cast<std::int64_t>(nanoseconds)}};
}

/// -1, 0, 1 of the value against the operand; nothing when the value is none of that kind.
std::optional<int> compared(const Matcher& matcher, std::string_view value, const Seen& seen) {
  const auto sign = [](const auto& a, const auto& b) { return a < b ? -1 : (b < a ? 1 : 0); };
  if (matcher.op == Operator::Before || matcher.op == Operator::After ||
      matcher.op == Operator::EqualToDateTime) {
    const auto actual = moment_in(value, matcher.date_format);
    if (!actual) return std::nullopt;
    return sign(*actual, matcher.moment ? *matcher.moment : seen.now + matcher.offset);
  }
  const auto actual = number_in(value);
  if (!actual) return std::nullopt;
  return sign(*actual, matcher.number);
}

bool ordering_holds(Operator op, int order) {
  switch (op) {
    case Operator::EqualToNumber:
    case Operator::EqualToDateTime:
      return order == 0;
    case Operator::GreaterThan:
    case Operator::After:
      return order > 0;
    case Operator::GreaterOrEqual:
      return order >= 0;
    case Operator::LessThan:
    case Operator::Before:
      return order < 0;
    default:
      return order <= 0;
  }
}

bool path_holds(const Matcher& matcher, const Json& json, const Seen& seen) {
  const auto nodes = matcher.path->select(json);
  return std::ranges::any_of(nodes, [&](const Json* node) {
    if (matcher.parts.empty()) return !node->is_null();
    const std::string text = node->is_string() ? node->get<std::string>() : kernel::json_text(*node);
    const std::string_view value = text;
    return holds(matcher.parts[0], &value, {.now = seen.now, .json = node});
  });
}

/// The value as JSON, parsed here when nobody has.
struct AsJson {
  AsJson(std::string_view value, const Seen& seen) : json(seen.json) {
    if (json != nullptr) return;
    auto parsed = kernel::parse_json(value);
    if (!parsed) return;
    own = std::make_unique<Json>(std::move(*parsed));
    json = own.get();
  }
  std::unique_ptr<Json> own{};
  const Json* json;
};

bool text_holds(const Matcher& m, std::string_view value) {
  switch (m.op) {
    case Operator::EqualTo:
      return m.ignores_case ? kernel::equal_without_case(value, m.text) : value == m.text;
    case Operator::Contains:
      return value.find(m.text) != std::string_view::npos;
    case Operator::DoesNotContain:
      return value.find(m.text) == std::string_view::npos;
    case Operator::StartsWith:
      return value.starts_with(m.text);
    case Operator::EndsWith:
      return value.ends_with(m.text);
    case Operator::Matches:
      return m.pattern->matches_whole(value);
    case Operator::DoesNotMatch:
      return !m.pattern->matches_whole(value);
    default:
      return value == m.text;  // BinaryEqualTo
  }
}

}  // namespace

bool holds(const Matcher& m, const std::string_view* value, const Seen& seen) {
  const auto part_holds = [&](const Matcher& part) { return holds(part, value, seen); };
  switch (m.op) {
    case Operator::And:
      return std::ranges::all_of(m.parts, part_holds);
    case Operator::Or:
      return std::ranges::any_of(m.parts, part_holds);
    case Operator::Not:
      return !part_holds(m.parts[0]);
    case Operator::Absent:
      return value == nullptr;
    case Operator::Present:
      return value != nullptr;
    default:
      break;
  }
  if (value == nullptr) return false;
  switch (m.op) {
    case Operator::EqualToNumber:
    case Operator::GreaterThan:
    case Operator::GreaterOrEqual:
    case Operator::LessThan:
    case Operator::LessOrEqual:
    case Operator::Before:
    case Operator::After:
    case Operator::EqualToDateTime: {
      const auto order = compared(m, *value, seen);
      return order && ordering_holds(m.op, *order);
    }
    case Operator::EqualToJson: {
      const AsJson actual(*value, seen);
      return actual.json != nullptr &&
             JsonEquality{m.ignores_array_order, m.ignores_extra}.equal(*m.json, *actual.json);
    }
    case Operator::MatchesJsonPath: {
      const AsJson actual(*value, seen);
      return actual.json != nullptr && path_holds(m, *actual.json, seen);
    }
    case Operator::MatchesJsonSchema: {
      const AsJson actual(*value, seen);
      return actual.json != nullptr && m.schema->check(*actual.json).has_value();
    }
    default:
      return text_holds(m, *value);
  }
}

double text_distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongest = 256;
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  if (a == b) return 0;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t edits =
          std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = std::exchange(row[j], edits);
    }
  }
  return static_cast<double>(row.back()) / static_cast<double>(std::max(a.size(), b.size()));
}

double distance(const Matcher& m, const std::string_view* value, const Seen& seen) {
  if (holds(m, value, seen)) return 0;
  if (value == nullptr) return 1;
  double sum = 0;
  double least = 1;
  switch (m.op) {
    case Operator::EqualTo:
      return std::max(text_distance(m.text, *value), 0.001);
    case Operator::EqualToJson: {
      const AsJson actual(*value, seen);
      if (actual.json == nullptr) return 1;
      return std::max(JsonEquality{m.ignores_array_order, m.ignores_extra}.distance(*m.json, *actual.json),
                      0.001);
    }
    case Operator::And:
      for (const Matcher& part : m.parts) sum += distance(part, value, seen);
      return sum / static_cast<double>(m.parts.size());
    case Operator::Or:
      for (const Matcher& part : m.parts) least = std::min(least, distance(part, value, seen));
      return least;
    default:
      return 1;
  }
}

kernel::Result<kernel::Duration> now_offset(std::string_view text) {
  if (text == "now") return kernel::Duration{0};
  const auto wrong = [&] {
    return kernel::invalid("'" + std::string(text) +
                           "' is no moment: now, or now -3 days, or a time such as 2026-01-05T09:00:00Z");
  };
  if (!text.starts_with("now ") || text.size() < 6) return wrong();
  text.remove_prefix(4);
  const int sign = text[0] == '-' ? -1 : 1;
  if (text[0] != '-' && text[0] != '+') return wrong();
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {" second", 1}, {" minute", 60}, {" hour", 3600}, {" day", 86400}};
  for (const auto& [name, seconds] : kUnits) {
    const bool is_it =
        unit == name || (unit.size() == name.size() + 1 && unit.starts_with(name) && unit.back() == 's');
    if (is_it && error == std::errc{} && count >= 0 && count <= 36500)
      return std::chrono::seconds{sign * count * seconds};
  }
  return wrong();
}

}  // namespace mocks::match
