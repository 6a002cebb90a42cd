#include "middleware/core/server_hints.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace core {
namespace {

using kernel::Duration;
using kernel::WallTime;
using namespace std::chrono_literals;

constexpr std::int64_t kSecondsMax = 315'360'000;  // ten years: nobody means more

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<int> month_number(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::ranges::find(kMonths, name);
  if (month == kMonths.end()) return std::nullopt;
  return static_cast<int>(month - kMonths.begin()) + 1;
}

std::optional<WallTime> wall_time(std::string_view year, std::string_view month, std::string_view day,
                                  std::string_view time) {
  const auto number = month_number(month);
  if (!number) return std::nullopt;
  std::string iso{year};
  iso += (*number < 10 ? "-0" : "-") + std::to_string(*number) + "-";
  iso += day.starts_with(' ') ? "0" + std::string(day.substr(1)) : std::string(day);
  iso += "T" + std::string(time) + "Z";
  const auto when = kernel::parse_wall_time(iso);
  return when ? std::optional(*when) : std::nullopt;
}

/// A year of two digits is in this century, unless that is more than 50 years ahead (RFC 9110 5.6.7).
std::string whole_year(std::string_view digits, WallTime now) {
  const auto two = whole_number(digits);
  if (!two || digits.size() != 2) return "";
  const auto this_year =
      static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(now)}.year());
  auto year = static_cast<int>(*two) + this_year / 100 * 100;
  if (year > this_year + 50) year -= 100;
  return std::to_string(year);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The value of `name=` among `parts`.
std::optional<std::int64_t> parameter(const std::vector<std::string_view>& parts, std::string_view name) {
  for (const std::string_view part : parts) {
    if (part.starts_with(name) && part.substr(name.size()).starts_with('='))
      return whole_number(part.substr(name.size() + 1));
  }
  return std::nullopt;
}

std::optional<RateLimitHint> hint(std::optional<std::int64_t> remaining,
                                  std::optional<std::int64_t> seconds) {
  if (!remaining || !seconds || *seconds > kSecondsMax) return std::nullopt;
  return RateLimitHint{*remaining, std::chrono::seconds{*seconds}};
}

bool is_worse(const RateLimitHint& a, const RateLimitHint& b) {
  return a.remaining != b.remaining ? a.remaining < b.remaining : a.reset > b.reset;
}

std::optional<RateLimitHint> of_combined(std::string_view field) {
  if (field.find("remaining=") != std::string_view::npos) {
    const auto parts = split(field, ',');
    return hint(parameter(parts, "remaining"), parameter(parts, "reset"));
  }
  std::optional<RateLimitHint> worst;
  for (const std::string_view limit : split(field, ',')) {
    const auto parts = split(limit, ';');
    const auto one = hint(parameter(parts, "r"), parameter(parts, "t"));
    if (one && (!worst || is_worse(*one, *worst))) worst = one;
  }
  return worst;
}

std::optional<std::int64_t> seconds_until(std::string_view reset, WallTime now) {
  const auto number = whole_number(reset);
  if (!number || *number <= 1'000'000'000) return number;
  const auto left = std::chrono::ceil<std::chrono::seconds>(
      std::chrono::sys_seconds{std::chrono::seconds{std::min<std::int64_t>(*number, 9'000'000'000)}} - now);
  return std::max<std::int64_t>(0, left.count());
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) {
  // "Tue, 03 Mar 2026 10:15:30 GMT"
  if (text.size() == 29 && text.substr(25) == " GMT" && text.substr(3, 2) == ", ")
    return wall_time(text.substr(12, 4), text.substr(8, 3), text.substr(5, 2), text.substr(17, 8));
  // "Tue Mar  3 10:15:30 2026"
  if (text.size() == 24 && text[3] == ' ')
    return wall_time(text.substr(20), text.substr(4, 3), text.substr(8, 2), text.substr(11, 8));
  // "Tuesday, 03-Mar-26 10:15:30 GMT"
  const std::size_t comma = text.find(", ");
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(comma + 2);
  if (rest.size() != 22 || rest.substr(18) != " GMT" || rest[2] != '-' || rest[6] != '-') return std::nullopt;
  return wall_time(whole_year(rest.substr(7, 2), now), rest.substr(3, 3), rest.substr(0, 2),
                   rest.substr(10, 8));
}

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
  if (const auto seconds = whole_number(value)) {
    if (*seconds > kSecondsMax) return std::nullopt;
    return std::chrono::seconds{*seconds};
  }
  const auto when = parse_http_date(value, now);
  if (!when) return std::nullopt;
  return std::max<Duration>(*when - now, 0ns);
}

std::optional<Duration> retry_after_of(const kernel::Headers& headers, WallTime now) {
  const auto is_one = [](const auto& field) {
    return kernel::equal_without_case(field.first, "Retry-After");
  };
  if (std::ranges::count_if(headers, is_one) != 1) return std::nullopt;
  const auto date = parse_http_date(headers.get("Date"), now);
  return parse_retry_after(headers.get("Retry-After"), date.value_or(now));
}

std::optional<RateLimitHint> rate_limit_of(const kernel::Headers& headers, WallTime now) {
  if (headers.has("RateLimit")) return of_combined(headers.get("RateLimit"));
  if (headers.has("RateLimit-Remaining")) {
    return hint(whole_number(headers.get("RateLimit-Remaining")),
                whole_number(headers.get("RateLimit-Reset")));
  }
  return hint(whole_number(headers.get("X-RateLimit-Remaining")),
              seconds_until(headers.get("X-RateLimit-Reset"), now));
}

}  // namespace core
