#pragma once
// IP addresses and ranges of them: the operator `cidr`, and strings that look like an address.
//
// Source: facts/aws-delivery 1.4: the row `cidr`, "Strings that look like an IP in a plain alternative match
// by address value", and the texts about CIDR.
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace emulator::patterns {

/// Ordered by family, then by value: a range of one family holds no address of the other.
struct Address {
  std::uint8_t family = 4;  ///< 4 or 6; the bytes of IPv4 are the first four
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Address&) const = default;
};

/// "10.0.0.01" is 10.0.0.1; "2001:0DB8:0:0:0:0:0:1" is 2001:db8::1; "::ffff:a00:1", an IPv4 address inside
/// IPv6, is 10.0.0.1. Nothing when `text` is not an address.
std::optional<Address> parse_address(std::string_view text);

struct AddressRange {
  Address low;   ///< included
  Address high;  ///< included
  bool holds(const Address& address) const { return low <= address && address <= high; }
};

/// What the engine does with a number where it looks for addresses: it compares the number's characters with
/// the hexadecimal digits of the bounds, and is content as soon as they lie between. So 5.0E9 is within
/// 0.0.0.0/0, whose digits are 00000000 to FFFFFFFF. `token` is a number as written.
bool holds_digits(const AddressRange& range, std::string_view token);

/// "10.0.0.77/24": the base need not be aligned. The error is the engine's text.
kernel::Result<AddressRange> parse_cidr(std::string_view text);

}  // namespace emulator::patterns
