#pragma once
// How slowly an answer is sent, small enough to travel with every answer. Facts: mocks-and-faults 5 (slow
// head, slow body).
#include <array>
#include <chrono>
#include <cstdint>

#include "middleware/kernel/time.h"

namespace kernel {

/// Whole milliseconds in three bytes: up to 4 h 39 min.
class ShortTime {
 public:
  static constexpr Duration kMax = std::chrono::milliseconds{(1 << 24) - 1};

  constexpr ShortTime() = default;
  /// Rounded up; what is longer than kMax is kMax, what is negative nothing.
  constexpr explicit ShortTime(Duration duration) {
    if (duration <= Duration::zero()) return;
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(duration < kMax ? duration : kMax);
    auto rest = static_cast<std::uint32_t>(rounded.count());
    for (std::uint8_t& byte : bytes_) {
      byte = static_cast<std::uint8_t>(rest & 0xFFU);
      rest >>= 8U;
    }
  }
  constexpr Duration get() const {
    return std::chrono::milliseconds{bytes_[0] | bytes_[1] << 8 | bytes_[2] << 16};
  }
  friend bool operator==(const ShortTime&, const ShortTime&) = default;

 private:
  std::array<std::uint8_t, 3> bytes_{};
};

/// The time that all bytes of the head take, and all of the body, evenly.
struct Pace {
  ShortTime head{};
  ShortTime body{};

  bool is_set() const { return *this != Pace{}; }
  Pace& operator+=(const Pace& other) {
    head = ShortTime(head.get() + other.head.get());
    body = ShortTime(body.get() + other.body.get());
    return *this;
  }
  friend bool operator==(const Pace&, const Pace&) = default;
};

}  // namespace kernel
