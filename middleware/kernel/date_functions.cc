// Functions on times. A time is a text as Salesforce and ISO 8601 write it ("2026-01-05T09:00:00.000Z", with
// an offset, or a date alone), or the milliseconds since 1970 of a commitTimestamp. All in UTC.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "middleware/kernel/functions.h"
#include "middleware/kernel/time.h"
#include "middleware/kernel/value.h"

namespace kernel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "+02:00", "-0530", at the end of a text with a time of day. Takes it off.
std::optional<Duration> take_offset(std::string& text) {
  const std::size_t sign = text.find_last_of("+-");
  if (text.size() < 19 || sign == std::string::npos || sign < 19) return std::nullopt;
  std::string digits = text.substr(sign + 1);
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() != 4 || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  const int hours = (digits[0] - '0') * 10 + digits[1] - '0';
  const int minutes = (digits[2] - '0') * 10 + digits[3] - '0';
  if (hours > 23 || minutes > 59) return std::nullopt;
  const Duration offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  const bool west = text[sign] == '-';
  text.resize(sign);
  text += 'Z';
  return west ? -offset : offset;
}

WallTime time_of(Arguments& a, std::size_t index) {
  const Value& value = a.any(index);
  if (value.json.is_number_integer()) {
    constexpr std::int64_t kMillisMax = 9'000'000'000'000;  // the year 2255; nanoseconds end in 2262
    return WallTime{std::chrono::milliseconds{a.whole(index, 0, kMillisMax)}};
  }
  if (value.is_nothing()) return {};
  std::string text = a.text(index);
  const auto offset = take_offset(text);
  auto time = parse_wall_time(text);
  if (!time) {
    a.fail(value.described() + " is no time");
    return {};
  }
  return *time - offset.value_or(Duration{0});
}

std::string padded(std::int64_t number, int width) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(number));
  return text;
}

constexpr std::string_view kParts[] = {"yyyy", "MM", "dd", "HH", "mm", "ss", "SSS"};

std::string_view part_at(std::string_view format) {
  for (const std::string_view part : kParts) {
    if (format.starts_with(part)) return part;
  }
  return {};
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// T and Z stand for themselves.
std::string refused_format(std::string_view format) {
  while (!format.empty()) {
    const std::string_view part = part_at(format);
    if (part.empty() && is_letter(format.front()) && format.front() != 'T' && format.front() != 'Z')
      return "'" + std::string(format) + "' is no part of a date: there are yyyy MM dd HH mm ss SSS, T and Z";
    format.remove_prefix(std::max<std::size_t>(1, part.size()));
  }
  return {};
}

std::string refused_format(const Value& format) {
  return format.json.is_string() ? refused_format(format.json.get_ref<const std::string&>())
                                 : "the format is " + format.described();
}

std::string formatted(WallTime time, std::string_view format) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  std::string out;
  while (!format.empty()) {
    const std::string_view part = part_at(format);
    if (part == "yyyy") out += padded(static_cast<int>(date.year()), 4);
    if (part == "MM") out += padded(static_cast<unsigned>(date.month()), 2);
    if (part == "dd") out += padded(static_cast<unsigned>(date.day()), 2);
    if (part == "HH") out += padded(clock.hours().count(), 2);
    if (part == "mm") out += padded(clock.minutes().count(), 2);
    if (part == "ss") out += padded(clock.seconds().count(), 2);
    if (part == "SSS") out += padded(clock.subseconds().count(), 3);
    if (part.empty()) out += format.front();
    format.remove_prefix(std::max<std::size_t>(1, part.size()));
  }
  return out;
}

Value date(Arguments& a) {
  const WallTime time = time_of(a, 0);
  const std::string format = a.text(1);
  if (std::string complaint = refused_format(format); !complaint.empty()) a.fail(std::move(complaint));
  return {.json = formatted(time, format)};
}

Value millis(Arguments& a) {
  return {.json = std::chrono::floor<std::chrono::milliseconds>(time_of(a, 0)).time_since_epoch().count()};
}

/// "-1d" goes back.
Result<Duration> signed_duration(std::string_view text) {
  const bool back = text.starts_with('-');
  const auto duration = parse_duration(back ? text.substr(1) : text);
  if (!duration || *duration > std::chrono::hours{24 * 36500})
    return invalid("'" + std::string(text) + "' is no duration such as 2h or -30d");
  return back ? -*duration : *duration;
}

std::string refused_duration(const Value& second) {
  if (!second.json.is_string()) return "the duration is " + second.described();
  const auto duration = signed_duration(second.json.get_ref<const std::string&>());
  return duration ? std::string{} : duration.error().message;
}

Value later(Arguments& a) {
  const WallTime time = time_of(a, 0);
  const Duration by = a.take(signed_duration(a.text(1)));
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), by.count(), &sum))
    a.fail("the time is out of range");
  return {.json = iso_millis(WallTime{Duration{sum}})};
}

constexpr Function kFunctions[] = {
    {"date", 2, 2, date, refused_format},
    {"millis", 1, 1, millis},
    {"later", 2, 2, later, refused_duration},
};

}  // namespace

std::span<const Function> date_functions() { return kFunctions; }

}  // namespace kernel
