#pragma once
// What a call to an external API came to, and whether it may be made again without doing harm.
//
// Source: facts/resilience 3, the table of failures (RFC 9110, AWS SDK retry rules).
#include <cstdint>
#include <optional>
#include <string_view>

#include "middleware/kernel/http.h"
#include "middleware/kernel/time.h"

namespace core {

/// What the caller of an API saw: an answer, or the reason why there was none.
struct CallResult {
  int status = 0;  ///< 0 when there was no answer
  std::optional<kernel::NoAnswer> no_answer{};
  std::optional<kernel::Duration>
      retry_after{};  ///< already parsed; only 429, 503 and 413 carry a meaningful one
};

enum class FailureClass : std::uint8_t {
  None,       ///< 2xx and 3xx
  Transient,  ///< may pass by itself
  Throttled,  ///< the far side said "less"
  Permanent,  ///< will be the same next time
};
std::string_view to_text(FailureClass failure_class);

FailureClass failure_class(const CallResult& result);

/// GET HEAD OPTIONS TRACE PUT DELETE (RFC 9110 9.2.2).
bool is_idempotent(std::string_view method);

/// May the call be repeated without doing harm? Failures before anything was sent and throttles always;
/// everything else only if the method is idempotent or the request carries an idempotency key (`keyed`).
bool is_repeatable(const CallResult& result, std::string_view method, bool keyed);

}  // namespace core
