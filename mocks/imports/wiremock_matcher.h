#pragma once
// WireMock's matchers of one value as ours. Facts: mocks-and-faults 1.
#include <optional>
#include <string>

#include "middleware/kernel/json.h"
#include "mocks/imports/findings.h"

namespace mocks::imports {

/// What is matched: it decides what an absent value means.
enum class Subject : std::uint8_t {
  Field,   ///< header, query parameter, form field: absent, a negative matcher holds
  Cookie,  ///< absent, only `absent` holds
  Body,    ///< empty, it is absent: as a field
  Node     ///< what a JSONPath selected: there is always one
};

/// Nothing when it is not taken; `findings` says why.
std::optional<kernel::Json> our_matcher(const kernel::Json& matcher, const std::string& pointer,
                                        Subject subject, Findings& findings);

/// Fields by name, each with a matcher, hasExactly or includes.
std::optional<kernel::Json> our_fields(const kernel::Json& fields, const std::string& pointer,
                                       Subject subject, Findings& findings);

}  // namespace mocks::imports
