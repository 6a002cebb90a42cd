#pragma once
// Why an asynchronous event is given up, as its dead letter says it. Source: facts/aws-delivery 5.3.
#include <optional>
#include <string_view>

#include "emulator/lambda/lambda.h"

namespace emulator::lambda {

/// What kept an event from running, in place of an error of its code.
struct Refusal {
  std::string_view code;     ///< ErrorCode of the dead letter
  std::string_view message;  ///< ErrorMessage
};
inline constexpr Refusal kThrottled{"429", "Rate Exceeded."};
inline constexpr Refusal kLoop{
    "400",
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services "
    "resources and stopped your function's invocation."};

struct Lambda::GivenUp {
  std::string_view condition;
  std::optional<Refusal> refusal{};  ///< nothing: the code failed
};

}  // namespace emulator::lambda
