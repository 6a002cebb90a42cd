#pragma once
// Who wants to know of every invocation, for metrics. Lambda tells at once and does nothing else for it.
#include <cstdint>
#include <string_view>

#include "middleware/kernel/time.h"

namespace emulator::lambda {

/// What happened, and what the duration beside it is.
enum class InvocationFact : std::uint8_t {
  Accepted,   ///< an asynchronous event was queued; none
  Throttled,  ///< no environment was free; none
  Started,    ///< an environment was taken; how old the event is, of a synchronous one 0
  Succeeded,  ///< how long the code ran
  Failed,     ///< the same, also of a timeout
  Dropped,    ///< an asynchronous event was given up; none
};

class InvocationObserver {
 public:
  virtual ~InvocationObserver() = default;
  virtual void note(std::string_view function, InvocationFact fact, kernel::Duration duration) = 0;
};

}  // namespace emulator::lambda
