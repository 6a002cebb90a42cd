#pragma once
// What a call meets before the service that it is for.
#include <string>
#include <vector>

#include "emulator/platform/access/refusal.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/task.h"

namespace emulator::access {

class Admission {
 public:
  virtual ~Admission() = default;
  /// Waits where the service is slow, and says whether the call may go on. `resources` are the names of the
  /// secrets or parameters that it asks for, none where the operation has none; `hop` is the call's own.
  virtual kernel::Task<Answer<>> admit(std::string operation, std::vector<std::string> resources,
                                       kernel::HopId hop) = 0;
};

}  // namespace emulator::access
