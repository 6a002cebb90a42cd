#pragma once
// A body as it is recorded: its beginning, and how much was left out.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace emulator::hoplog {

/// At most `bytes_max` bytes of `text`, whole characters of UTF-8 only.
std::string_view cut_at_character(std::string_view text, std::size_t bytes_max);

/// `begin`, then `rest`: nothing, or "... [+123 bytes]". Views into `text` and into itself.
struct Bounded {
  Bounded(std::string_view text, std::size_t bytes_max);
  Bounded(const Bounded&) = delete;
  Bounded& operator=(const Bounded&) = delete;
  std::uint32_t size() const { return static_cast<std::uint32_t>(begin.size() + rest.size()); }

  std::string_view begin;
  std::string_view rest{};
  std::array<char, 40> marker{};
};

}  // namespace emulator::hoplog
