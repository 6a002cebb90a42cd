#pragma once
// What patterns are asked about: an event that has not been parsed yet.
#include <span>
#include <string_view>

#include "emulator/patterns/scalar.h"

namespace emulator::patterns {

/// A value that is known by its path: a field of an envelope, a message attribute. Several with one path are
/// the elements of a list.
struct Attribute {
  std::string_view path;
  Scalar value;
};

/// The pointees outlive the question.
struct Event {
  std::span<const Attribute> attributes{};
  std::string_view json{};  ///< an object that kernel::parse_json accepts, or nothing; read only when needed
  std::string_view json_path{};  ///< where it stands: "detail"; at the root when empty
};

}  // namespace emulator::patterns
