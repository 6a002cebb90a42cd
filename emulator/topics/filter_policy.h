#pragma once
// Filter policies: which messages of a topic a subscription wants. Limits and form are those of SNS; whether
// a message matches is decided by the engine of event patterns.
//
// Source: facts/aws-delivery 2.3.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/patterns/pattern.h"
#include "emulator/topics/ports.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace emulator::topics {

enum class FilterScope : std::uint8_t { MessageAttributes, MessageBody };
std::string_view to_text(FilterScope scope);

class FilterPolicy {
 public:
  /// `error.message` is what stands behind "FilterPolicy: ". At most 5 keys at the top, 150 combinations, 256
  /// KiB; without nesting in the scope of attributes.
  static kernel::Result<FilterPolicy> compile(std::string_view json, FilterScope scope);

  /// Whether a subscription with this policy gets the message. In the scope of the body, a body that is no
  /// JSON object is not delivered.
  bool accepts(const std::string& body, const std::vector<MessageAttribute>& attributes) const;

 private:
  FilterPolicy(patterns::Pattern pattern, FilterScope scope) : pattern_(std::move(pattern)), scope_(scope) {}

  patterns::Pattern pattern_;
  FilterScope scope_;
};

/// How many combinations a policy has: each array counts its length times its depth, arrays multiply, the
/// members of `$or` add up.
std::int64_t combinations(const kernel::Json& policy);

}  // namespace emulator::topics
