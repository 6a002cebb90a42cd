#pragma once
// A path into an event: "$.detail.order-id", "$.resources[0]", "$".
//
// Source: facts/aws-delivery 1.5. ASSUMPTION: of JSONPath nothing else is taken; what a bracket holds is an
// index.
#include <optional>
#include <string>
#include <string_view>

namespace emulator::bus {

class EventPath {
 public:
  static std::optional<EventPath> parse(std::string_view text);

  /// The value as it stands in `event`, a JSON text; nothing when there is none.
  std::optional<std::string_view> find(std::string_view event) const;

 private:
  std::string pointer_;  // JSON Pointer
};

}  // namespace emulator::bus
