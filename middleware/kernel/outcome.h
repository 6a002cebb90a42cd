#pragma once
// What an HTTP status says of a hop.
#include "middleware/kernel/hop.h"

namespace kernel {

/// Below 400 ok, 429 throttled, other 4xx rejected, from 500 on failed.
inline Outcome outcome_of(int status) {
  if (status == 429) return Outcome::Throttled;
  if (status >= 500) return Outcome::Failed;
  return status >= 400 ? Outcome::Rejected : Outcome::Ok;
}

}  // namespace kernel
