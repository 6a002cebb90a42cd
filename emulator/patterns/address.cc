#include "emulator/patterns/address.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace emulator::patterns {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Four runs of digits with dots between.
bool looks_like_v4(std::string_view text) {
  int dots = 0;
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_digit(c)) return false;
    if (c == '.') ++dots;
    before = c;
  }
  return dots == 3 && before != '.';
}

bool looks_like_v6(std::string_view text) {
  return text.find(':') != std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c == ':' || is_hex(c); });
}

std::optional<Address> parse_v4(std::string_view text) {
  constexpr std::size_t kLongest = 15;
  if (text.size() > kLongest) return std::nullopt;
  Address address{.family = 4};
  std::size_t part = 0;
  int value = 0;
  for (const char c : text) {
    if (c == '.') {
      address.bytes[part++] = static_cast<std::uint8_t>(value);
      value = 0;
    } else {
      value = value * 10 + (c - '0');
      if (value > 255) return std::nullopt;
    }
  }
  address.bytes[part] = static_cast<std::uint8_t>(value);
  return address;
}

/// The 16-bit groups of a part without "::"; leading zeros may be many.
std::optional<std::vector<std::uint16_t>> groups_of(std::string_view text) {
  std::vector<std::uint16_t> groups;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    unsigned value = 0;
    if (end == 0 || end + 1 == text.size()) return std::nullopt;
    const auto read = std::from_chars(text.data(), text.data() + end, value, 16);
    if (read.ec != std::errc{} || value > 0xffff || groups.size() == 8) return std::nullopt;
    groups.push_back(static_cast<std::uint16_t>(value));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return groups;
}

std::optional<Address> parse_v6(std::string_view text) {
  const std::size_t gap = text.find("::");
  const bool has_gap = gap != std::string_view::npos;
  const auto head = groups_of(text.substr(0, has_gap ? gap : text.size()));
  const auto tail = groups_of(has_gap ? text.substr(gap + 2) : std::string_view{});
  if (!head || !tail) return std::nullopt;
  const std::size_t count = head->size() + tail->size();
  if (has_gap ? count > 7 : count != 8) return std::nullopt;
  std::array<std::uint16_t, 8> groups{};
  std::ranges::copy(*head, groups.begin());
  std::ranges::copy(*tail, groups.end() - static_cast<std::ptrdiff_t>(tail->size()));

  Address address{.family = 6};
  for (std::size_t i = 0; i < 8; ++i) {
    address.bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
  }
  const bool is_mapped =
      groups[5] == 0xffff && std::all_of(groups.begin(), groups.begin() + 5, [](auto g) { return g == 0; });
  if (!is_mapped) return address;
  Address inner{.family = 4};
  std::copy(address.bytes.begin() + 12, address.bytes.end(), inner.bytes.begin());
  return inner;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || !(is_hex(text.front()) || text.front() == ':')) return std::nullopt;
  if (looks_like_v4(text)) return parse_v4(text);
  if (looks_like_v6(text)) return parse_v6(text);
  return std::nullopt;
}

bool holds_digits(const AddressRange& range, std::string_view token) {
  const std::size_t digits = range.low.family == 4 ? 8 : 32;
  const auto digit = [](const Address& address, std::size_t i) {
    return i % 2 == 0 ? address.bytes[i / 2] >> 4 : address.bytes[i / 2] & 0xf;
  };
  bool is_on_low = true;
  bool is_on_high = true;
  for (std::size_t i = 0; i < digits && (is_on_low || is_on_high); ++i) {
    const bool is_letter = i < token.size() && token[i] >= 'A' && token[i] <= 'F';
    if (i == token.size() || !(is_letter || is_digit(token[i]))) return false;
    const int found = is_letter ? token[i] - 'A' + 10 : token[i] - '0';
    const int low = digit(range.low, i);
    const int high = digit(range.high, i);
    if ((is_on_low && found < low) || (is_on_high && found > high)) return false;
    is_on_low = is_on_low && found == low;
    is_on_high = is_on_high && found == high;
  }
  return true;
}

kernel::Result<AddressRange> parse_cidr(std::string_view text) {
  std::string_view rest = text;
  while (rest.ends_with('/'))
    rest.remove_suffix(1);  // as the engine's split: empty parts at the end are none
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || rest.find('/', slash + 1) != std::string_view::npos)
    return kernel::invalid("Malformed CIDR, one '/' required");
  const std::string_view base = rest.substr(0, slash);
  std::string_view mask = rest.substr(slash + 1);
  if (mask.starts_with('+') && mask.size() > 1 && is_digit(mask[1])) mask.remove_prefix(1);
  int bits = 0;
  const auto read = std::from_chars(mask.data(), mask.data() + mask.size(), bits);
  if (read.ec != std::errc{} || read.ptr != mask.data() + mask.size())
    return kernel::invalid("Malformed CIDR, mask bits must be an integer");
  if (bits < 0) return kernel::invalid("Malformed CIDR, mask bits must not be negative");
  const auto address = parse_address(base);
  if (!address) {
    const bool looks_right = looks_like_v4(base) || looks_like_v6(base);
    return kernel::invalid((looks_right ? "Invalid IP address: " : "Nonstandard IP address: ") +
                           std::string(base));
  }
  if (address->family == 4 && bits > 31) return kernel::invalid("IPv4 mask bits must be < 32");
  if (address->family == 6 && bits > 127) return kernel::invalid("IPv6 mask bits must be < 128");

  AddressRange range{.low = *address, .high = *address};
  const std::size_t size = address->family == 4 ? 4 : 16;
  for (std::size_t i = 0; i < size; ++i) {
    const int fixed = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
    const auto open = static_cast<std::uint8_t>(0xff >> fixed);
    range.low.bytes[i] = static_cast<std::uint8_t>(range.low.bytes[i] & ~open);
    range.high.bytes[i] = static_cast<std::uint8_t>(range.high.bytes[i] | open);
  }
  return range;
}

}  // namespace emulator::patterns
