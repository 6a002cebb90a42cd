#pragma once
// What a call to an API knows of itself beside its answer, for log lines and metrics.
//
// Source: facts/resilience 11. Its texts come from fixed sets, so that each may be a label.
#include <optional>
#include <string_view>

#include "middleware/kernel/hop.h"

namespace service {

struct CallNote {
  std::string_view failure_class{};  ///< "transient", "throttled", "permanent"; "": it did not fail
  std::string_view breaker{};        ///< its state as it let the call pass, or did not; "": there is none
  std::optional<kernel::Duration> delay_next{};  ///< until the next attempt; nothing: there is none
  std::string_view delay_source{};               ///< of that: "backoff", "retry_after", "credential"
  std::string_view retry_of{};  ///< of a further attempt: the class of the failure before it, "credential",
                                ///< "hedge"
  std::string_view gave_up{};   ///< why no attempt follows although this one failed
  int attempts = 0;             ///< of a logical call: how many were made
  bool is_undo = false;         ///< of a logical call
};

/// Is told of a call just before its hop closes.
class CallNotes {
 public:
  virtual ~CallNotes() = default;
  virtual void note(kernel::HopId hop, const CallNote& call) = 0;
};

}  // namespace service
