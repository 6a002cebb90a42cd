#include "mocks/faults/schedule.h"

#include <cmath>

namespace mocks {

bool Flap::is_down(kernel::Duration since_start) const {
  if (since_start < offset) return false;
  return (since_start - offset) % (down + up) < down;
}

double Ramp::share_at(kernel::Duration since_start) const {
  if (since_start >= over) return to;
  const double gone = static_cast<double>(since_start.count()) / static_cast<double>(over.count());
  return is_exponential ? from * std::pow(to / from, gone) : from + (to - from) * gone;
}

}  // namespace mocks
