#include "middleware/kernel/ids.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "middleware/kernel/check.h"
#include "middleware/kernel/digest.h"

namespace kernel {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string uuid_text(std::array<std::uint8_t, 16> bytes, int version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text = to_hex(bytes.data(), bytes.size());
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// The bytes of a UUID, or 16 bytes of the hash of a text that is none.
std::array<std::uint8_t, 16> space_bytes(std::string_view space) {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t digits = 0;
  for (const char c : space) {
    if (c == '-') continue;
    const int value = hex_value(c);
    if (value < 0 || digits == 32) {
      digits = 0;
      break;
    }
    bytes[digits / 2] = static_cast<std::uint8_t>(bytes[digits / 2] | value << (digits % 2 == 0 ? 4 : 0));
    ++digits;
  }
  if (digits == 32) return bytes;
  const auto hash = sha1(space);
  std::copy(hash.begin(), hash.begin() + 16, bytes.begin());
  return bytes;
}

}  // namespace

std::string uuid4(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t half = 0; half < 2; ++half) {
    const std::uint64_t bits = random.bits();
    for (std::size_t i = 0; i < 8; ++i) bytes[half * 8 + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  return uuid_text(bytes, 4);
}

std::string uuid5(std::string_view space, std::string_view name) {
  const auto prefix = space_bytes(space);
  std::string text(reinterpret_cast<const char*>(prefix.data()), prefix.size());
  text += name;
  const auto hash = sha1(text);
  std::array<std::uint8_t, 16> bytes{};
  std::copy(hash.begin(), hash.begin() + 16, bytes.begin());
  return uuid_text(bytes, 5);
}

std::string trace_id_of(std::string_view uuid) {
  std::string text;
  text.reserve(32);
  for (const char c : uuid) {
    if (c != '-') text += c;
  }
  return text;
}

std::string uuid_of_trace_id(std::string_view trace_id) {
  if (trace_id.size() != 32) return {};
  std::string text(trace_id);
  for (const char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return {};
  }
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

std::string salesforce_checksum(std::string_view id15) {
  CHECK(id15.size() == 15);
  std::string check;
  for (std::size_t group = 0; group < 3; ++group) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 5; ++j) {
      const char c = id15[group * 5 + j];
      if (c >= 'A' && c <= 'Z') bits |= 1U << j;
    }
    check += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits];
  }
  return check;
}

std::string salesforce_id(std::string_view prefix, std::uint64_t number) {
  CHECK(prefix.size() == 3);
  std::string id(15, '0');
  id.replace(0, 3, prefix);
  for (std::size_t i = 14; i >= 3 && number > 0; --i, number /= 62) id[i] = kBase62[number % 62];
  return id + salesforce_checksum(id);
}

std::string ulid(WallTime time, Random& random) {
  std::string text(26, '0');
  auto millis = static_cast<std::uint64_t>(time.time_since_epoch().count() / 1'000'000);
  for (std::size_t i = 10; i-- > 0; millis >>= 5) text[i] = kCrockford[millis & 31];
  for (std::size_t i = 10; i < 26; ++i) text[i] = kCrockford[random.below(32)];
  return text;
}

std::string hex16(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

}  // namespace kernel
