#include "mocks/render/dates.h"

#include <charconv>

namespace mocks::render {
namespace {

/// "yyyy" and so on, from the digits of 2026-01-05T09:00:00.123Z.
std::string_view field(std::string_view iso, std::string_view letters) {
  if (letters == "yyyy") return iso.substr(0, 4);
  if (letters == "MM") return iso.substr(5, 2);
  if (letters == "dd") return iso.substr(8, 2);
  if (letters == "HH") return iso.substr(11, 2);
  if (letters == "mm") return iso.substr(14, 2);
  if (letters == "ss") return iso.substr(17, 2);
  if (letters == "SSS") return iso.substr(20, 3);
  return {};
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

kernel::Result<std::string> by_letters(const std::string& iso, std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size();) {
    if (format[i] == '\'') {
      const std::size_t end = format.find('\'', i + 1);
      if (end == std::string_view::npos)
        return kernel::invalid("'" + std::string(format) + "': a quote is missing");
      out += format.substr(i + 1, end - i - 1);
      i = end + 1;
    } else if (is_letter(format[i])) {
      std::size_t end = i;
      while (end < format.size() && format[end] == format[i]) ++end;
      const std::string_view value = field(iso, format.substr(i, end - i));
      if (value.empty())
        return kernel::invalid("'" + std::string(format.substr(i, end - i)) + "' is no part of a date");
      out += value;
      i = end;
    } else {
      out += format[i++];
    }
  }
  return out;
}

}  // namespace

kernel::Result<std::string> date_text(kernel::WallTime time, std::string_view format) {
  using std::chrono::floor;
  if (format == "iso") return kernel::iso_millis(time);
  if (format == "seconds") return kernel::iso_seconds(time);
  if (format == "date") return kernel::iso_seconds(time).substr(0, 10);
  if (format == "http") return kernel::http_date(time);
  if (format == "unix") return std::to_string(floor<std::chrono::seconds>(time).time_since_epoch().count());
  if (format == "epoch")
    return std::to_string(floor<std::chrono::milliseconds>(time).time_since_epoch().count());
  return by_letters(kernel::iso_millis(time), format);
}

kernel::Result<kernel::Duration> parse_offset(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {" second", 1}, {" minute", 60}, {" hour", 3600}, {" day", 86400}};
  for (const auto& [name, seconds] : kUnits) {
    const bool is_it =
        unit == name || (unit.size() == name.size() + 1 && unit.starts_with(name) && unit.back() == 's');
    if (is_it && error == std::errc{} && count <= 36500 && count >= -36500)
      return std::chrono::seconds{count * seconds};
  }
  return kernel::invalid("'" + std::string(text) + "' is no offset such as '3 days' or '-2 hours'");
}

}  // namespace mocks::render
