#pragma once
// What a call meets before the service that it is for.
#include <string>

#include "emulator/platform/access/refusal.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/task.h"

namespace emulator::access {

class Admission {
 public:
  virtual ~Admission() = default;
  /// Waits where the service is slow, and says whether the call may go on. `resource` is the name of the
  /// secret or parameter, "" where the operation has none; `hop` the call's own.
  virtual kernel::Task<Answer<>> admit(std::string operation, std::string resource, kernel::HopId hop) = 0;
};

}  // namespace emulator::access
