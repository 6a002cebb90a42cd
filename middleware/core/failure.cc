#include "middleware/core/failure.h"

#include <algorithm>
#include <array>

namespace core {
namespace {

using kernel::NoAnswer;

bool nothing_was_sent(NoAnswer reason) {
  return reason == NoAnswer::Refused || reason == NoAnswer::ConnectTimeout || reason == NoAnswer::TlsError;
}

}  // namespace

std::string_view to_text(FailureClass failure_class) {
  switch (failure_class) {
    case FailureClass::None:
      return "none";
    case FailureClass::Transient:
      return "transient";
    case FailureClass::Throttled:
      return "throttled";
    case FailureClass::Permanent:
      return "permanent";
  }
  return "unknown";
}

FailureClass failure_class(const CallResult& result) {
  if (result.no_answer) return FailureClass::Transient;
  switch (result.status) {
    case 429:
      return FailureClass::Throttled;
    case 503:
      return result.retry_after ? FailureClass::Throttled : FailureClass::Transient;
    case 408:
    case 425:
    case 500:
    case 502:
    case 504:
      return FailureClass::Transient;
    case 501:
    case 505:
      return FailureClass::Permanent;
    default:
      break;
  }
  if (result.status >= 500) return FailureClass::Transient;
  return result.status >= 400 ? FailureClass::Permanent : FailureClass::None;
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kIdempotent = {"GET",   "HEAD", "OPTIONS",
                                                           "TRACE", "PUT",  "DELETE"};
  return std::ranges::find(kIdempotent, method) != kIdempotent.end();
}

bool is_repeatable(const CallResult& result, std::string_view method, bool keyed) {
  if (keyed || is_idempotent(method)) return true;
  if (result.no_answer) return nothing_was_sent(*result.no_answer);
  return failure_class(result) == FailureClass::Throttled;
}

}  // namespace core
