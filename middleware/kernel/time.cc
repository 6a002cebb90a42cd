#include "middleware/kernel/time.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

namespace kernel {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};

constexpr std::array<Unit, 7> kUnits = {{{"d", 86'400'000'000'000},
                                         {"h", 3'600'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"s", 1'000'000'000},
                                         {"ms", 1'000'000},
                                         {"us", 1'000},
                                         {"ns", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::unexpected<Error> not_a_duration(std::string_view text) {
  return invalid("'" + std::string(text) + "' is not a duration (write 250ms, 2m or 1h30m)");
}

struct CalendarTime {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<Duration> time;
};

CalendarTime calendar(WallTime time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day{midnight}, std::chrono::hh_mm_ss<Duration>{time - midnight}};
}

/// Overwrites `count` characters with the last digits of a number that is not negative. Every event prints
/// several times.
void put_digits(std::string& text, std::size_t at, std::size_t count, long long value) {
  for (std::size_t i = at + count; i > at; --i, value /= 10)
    text[i - 1] = static_cast<char>('0' + value % 10);
}

template <class... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 96> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), format, values...);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  if (rest.empty()) return not_a_duration(text);
  while (!rest.empty()) {
    std::size_t length = 0;
    while (length < rest.size() && (is_digit(rest[length]) || rest[length] == '.')) ++length;
    double amount = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + length, amount);
    if (length == 0 || error != std::errc{} || end != rest.data() + length) return not_a_duration(text);
    rest.remove_prefix(length);
    std::size_t letters = 0;
    while (letters < rest.size() && std::isalpha(static_cast<unsigned char>(rest[letters])) != 0) ++letters;
    const std::string_view name = rest.substr(0, letters);
    rest.remove_prefix(letters);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size()) return not_a_duration(text);
    const double nanos = amount * static_cast<double>(kUnits[next_unit].nanos);
    ++next_unit;
    if (nanos > 9.0e18 || static_cast<double>(total) + nanos > 9.0e18) {
      return invalid("'" + std::string(text) + "' is longer than 100 years");
    }
    total += std::llround(nanos);
  }
  return Duration{total};
}

std::string duration_text(Duration duration) {
  if (duration.count() == 0) return "0s";
  std::string text;
  std::int64_t left = duration.count();
  for (const Unit& unit : kUnits) {
    const std::int64_t amount = left / unit.nanos;
    if (amount == 0) continue;
    text += std::to_string(amount) + std::string(unit.name);
    left -= amount * unit.nanos;
  }
  return text;
}

std::string duration_for_people(Duration duration) {
  const std::int64_t millis = duration.count() / 1'000'000;
  const std::int64_t seconds = millis / 1000;
  if (seconds >= 86'400) return print("%lldd%02lldh", seconds / 86'400LL, seconds % 86'400LL / 3600);
  if (seconds >= 3600) return print("%lldh%02lldm", seconds / 3600LL, seconds % 3600LL / 60);
  if (seconds >= 60) return print("%lldm%02llds", seconds / 60LL, seconds % 60LL);
  if (seconds >= 10) return print("%llds", seconds + 0LL);
  if (millis >= 1000) return print("%.2f s", static_cast<double>(millis) / 1000);
  if (millis >= 1) return print("%lld ms", millis + 0LL);
  return print("%lld us", duration.count() / 1000LL);
}

std::string iso_seconds(WallTime time) {
  const CalendarTime c = calendar(time);
  std::string text = "0000-00-00T00:00:00Z";
  put_digits(text, 0, 4, static_cast<int>(c.day.year()));
  put_digits(text, 5, 2, static_cast<unsigned>(c.day.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(c.day.day()));
  put_digits(text, 11, 2, c.time.hours().count());
  put_digits(text, 14, 2, c.time.minutes().count());
  put_digits(text, 17, 2, c.time.seconds().count());
  return text;
}

std::string iso_millis(WallTime time) {
  std::string text = iso_seconds(time);
  text.replace(19, 1, ".000Z");
  put_digits(text, 20, 3, calendar(time).time.subseconds().count() / 1'000'000);
  return text;
}

std::string http_date(WallTime time) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CalendarTime c = calendar(time);
  const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(time)};
  return print("%s, %02u %s %04d %02lld:%02lld:%02lld GMT", kDays[day.c_encoding()],
               static_cast<unsigned>(c.day.day()), kMonths[static_cast<unsigned>(c.day.month()) - 1],
               static_cast<int>(c.day.year()), c.time.hours().count() + 0LL, c.time.minutes().count() + 0LL,
               c.time.seconds().count() + 0LL);
}

Result<WallTime> parse_wall_time(std::string_view text) {
  // '9' stands for a digit; what is read is of exactly this form, but for the fraction of a second.
  constexpr std::string_view kForm = "9999-99-99T99:99:99";
  constexpr std::size_t kDateLength = 10;
  const auto fail = [text] {
    return invalid("'" + std::string(text) + "' is not a UTC time (write 2026-01-05T09:00:00Z)");
  };
  const std::size_t length = text.size() == kDateLength ? kDateLength : kForm.size();
  if (text.size() < length) return fail();
  for (std::size_t i = 0; i < length; ++i) {
    if (kForm[i] == '9' ? !is_digit(text[i]) : text[i] != kForm[i]) return fail();
  }
  const auto number = [text](std::size_t from, std::size_t digits) {
    unsigned value = 0;
    for (const char c : text.substr(from, digits)) value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(number(0, 4))},
                                         std::chrono::month{number(5, 2)}, std::chrono::day{number(8, 2)}};
  if (!date.ok()) return fail();
  const WallTime midnight = std::chrono::sys_days{date};
  if (length == kDateLength) return midnight;

  std::string_view rest = text.substr(length);
  std::int64_t nanos = 0;
  if (rest.size() >= 3 && rest.size() <= 11 && rest.front() == '.') {
    std::int64_t unit = 100'000'000;
    for (rest.remove_prefix(1); is_digit(rest.front()) && rest.size() > 1;
         rest.remove_prefix(1), unit /= 10) {
      nanos += (rest.front() - '0') * unit;
    }
  }
  if (rest != "Z" || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 60) return fail();
  return midnight + std::chrono::hours{number(11, 2)} + std::chrono::minutes{number(14, 2)} +
         std::chrono::seconds{number(17, 2)} + Duration{nanos};
}

}  // namespace kernel
