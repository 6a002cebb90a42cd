#pragma once
// How a platform service says no.
#include <expected>
#include <string>

namespace emulator::access {

struct Refusal {
  std::string code;  ///< "ResourceNotFoundException"
  std::string message;
  int status = 400;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

template <class T = void>
using Answer = std::expected<T, Refusal>;

}  // namespace emulator::access
