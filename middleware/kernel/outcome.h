#pragma once
// What an HTTP answer, or its absence, says of a hop.
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"

namespace kernel {

/// Below 400 ok, 429 throttled, other 4xx rejected, from 500 on failed.
inline Outcome outcome_of(int status) {
  if (status == 429) return Outcome::Throttled;
  if (status >= 500) return Outcome::Failed;
  return status >= 400 ? Outcome::Rejected : Outcome::Ok;
}

inline Outcome outcome_of(NoAnswer reason) {
  return reason == NoAnswer::Timeout ? Outcome::Timeout : Outcome::NoAnswer;
}

}  // namespace kernel
