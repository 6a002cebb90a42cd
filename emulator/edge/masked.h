#pragma once
// Bodies of calls about secrets, for the record: what stands in place of a value says only that one was
// there.
#include <string>
#include <string_view>
#include <vector>

namespace emulator::edge {

struct Mask {
  std::vector<std::string_view> members;  ///< whose values are hidden, at any depth
  /// An object with such a "Type" keeps its values.
  std::vector<std::string_view> plain_types{};
};

/// `body` with "[redacted]" in place of the values; as a whole if it is no JSON.
std::string masked(std::string_view body, const Mask& mask);

}  // namespace emulator::edge
